-- The job: one row from the plan to the file, with at most one holder.
create table dispatch.job (
    job_id          bigint           primary key,
    version         bigint           not null,
    state           text             not null
                                     check (state in ('planned', 'offered', 'accepted', 'scheduled',
                                                      'en_route', 'on_site', 'working', 'paused',
                                                      'suspended', 'completed', 'verified',
                                                      'closed', 'cancelled')),
    ticket_id       bigint           not null,
    kind            text             not null,
    branch          text             not null,
    product_model   text             not null,
    serial_number   text             not null,
    symptom         text             not null,
    description     text             not null,
    priority        text             not null,
    service_mode    text             not null,
    customer_name   text             not null,
    customer_phone  text             not null,
    technician_id   bigint           references dispatch.technician,
    provider_id     bigint           references dispatch.provider,
    offered_until   timestamptz,
    scheduled_from  timestamptz,
    scheduled_until timestamptz,
    planned_at      timestamptz      not null,
    started_at      timestamptz,
    completed_at    timestamptz,
    completed_by    text,
    verified_at     timestamptz,
    ended_at        timestamptz,
    rework_count    integer          not null default 0,
    report          jsonb,
    latitude        double precision,
    longitude       double precision,
    updated_at      timestamptz,

    constraint a_planned_job_has_no_holder
        check (state <> 'planned' or (technician_id is null and provider_id is null)),
    constraint a_job_beyond_planning_has_a_holder
        check (state in ('planned', 'cancelled')
               or technician_id is not null or provider_id is not null),
    constraint only_an_offer_runs_out
        check ((state = 'offered') = (offered_until is not null)),
    constraint a_completed_job_has_its_report
        check (state not in ('completed', 'verified', 'closed')
               or (report is not null and completed_by is not null)),
    constraint an_end_has_its_time
        check ((state in ('closed', 'cancelled')) = (ended_at is not null))
);
comment on table dispatch.job is 'One piece of work somebody carries out for a ticket.';
comment on column dispatch.job.customer_name is 'Masked, as intake told it.';
comment on column dispatch.job.customer_phone is 'Masked, as intake told it.';
comment on column dispatch.job.technician_id is 'Who holds it, or whom it is offered to.';
comment on column dispatch.job.updated_at is 'When the last update of a provider occurred.';

create index job_by_ticket on dispatch.job (ticket_id, job_id);
create index job_by_branch on dispatch.job (branch, job_id);
create index job_by_state on dispatch.job (state, job_id);
create index job_by_technician on dispatch.job (technician_id, job_id)
    where technician_id is not null;
create index job_by_provider on dispatch.job (provider_id, job_id)
    where provider_id is not null;

-- Every offer that was made, and how it ended.
create table dispatch.offer (
    job_id        bigint      not null references dispatch.job,
    version       bigint      not null,
    technician_id bigint      references dispatch.technician,
    provider_id   bigint      references dispatch.provider,
    reason        text        not null,
    offered_by    text        not null,
    offered_at    timestamptz not null,
    offered_until timestamptz not null,
    outcome       text        check (outcome in ('accepted', 'declined', 'expired', 'withdrawn')),
    explanation   text        not null default '',
    ended_at      timestamptz,

    primary key (job_id, version),
    constraint an_offer_goes_to_somebody
        check (technician_id is not null or provider_id is not null),
    constraint what_ended_has_an_outcome
        check ((outcome is null) = (ended_at is null))
);
comment on column dispatch.offer.version is 'Of the job, with the offer.';

create unique index a_job_is_offered_to_one_at_a_time on dispatch.offer (job_id)
    where outcome is null;
