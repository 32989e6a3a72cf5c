-- The picture: the timeline of everything told, and one raw row per ticket.
create table reporting.entry (
    source      text        not null,
    id          bigint      not null,
    subject     text        not null,
    aggregate   text        not null,
    type        text        not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    told_at     timestamptz not null,
    caller      text        not null,
    state       text        not null,
    text        text        not null,
    cause       text        not null,

    primary key (source, id)
);

comment on table reporting.entry is
    'One thing that happened, as it was told; a line of its subject''s timeline.';
comment on column reporting.entry.told_at is
    'recorded_at, moved behind its cause and what its source told before of the same subject.';

create index entry_of_subject on reporting.entry (subject, told_at, source, id);

create table reporting.ticket (
    ticket_id       bigint      primary key,
    branch          text        not null,
    kind            text        not null,
    channel         text        not null,
    priority        text        not null,
    state           text        not null,
    received_at     timestamptz not null,
    acknowledged_at timestamptz,
    resolved_at     timestamptz,
    closed_at       timestamptz,
    reopen_count    integer     not null default 0
);

comment on table reporting.ticket is
    'A ticket as intake''s events describe it: raw instants, no figures.';

create index ticket_received on reporting.ticket (received_at);
