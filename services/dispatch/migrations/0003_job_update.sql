-- What providers told us, word for word, under their own ids.
create table dispatch.job_update (
    provider_id bigint      not null,
    update_id   text        not null,
    job_id      bigint      not null references dispatch.job,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    result      text        not null check (result in ('applied', 'stale')),
    state       text        not null,
    body        bytea       not null,

    constraint an_update_is_told_once primary key (update_id, provider_id)
);
comment on table dispatch.job_update is
    'Updates that were applied, or came too late to move anything.';
comment on column dispatch.job_update.provider_id is '0: the house itself.';
comment on column dispatch.job_update.state is 'Of the job, after it.';
comment on column dispatch.job_update.body is 'The message dispatch.JobUpdate, packed.';

create index job_update_by_job on dispatch.job_update (job_id, occurred_at);
