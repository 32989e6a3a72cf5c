-- The ticket: one request of one customer, from the first word to the archive.
-- Branch, customer, unit and survivor are not foreign keys: the one writer has just looked them up
-- and nothing is ever deleted, so the check could only cost its fifth of the insert.
-- The words are domains: a session reads a domain's rule once, a table's with each insert.
create domain intake.ticket_state as text
 check (value in ('registered', 'acknowledged', 'in_progress', 'waiting', 'resolved', 'confirmed',
                  'closed', 'cancelled', 'merged'));
create domain intake.state_before_waiting as text
 check (value in ('registered', 'acknowledged', 'in_progress'));
create domain intake.waited_for as text
 check (value in ('customer', 'provider', 'parts', 'department', 'evidence', 'safety'));
create domain intake.level as text
 check (value in ('low', 'medium', 'high'));
create domain intake.priority as text
 check (value in ('low', 'medium', 'high', 'critical'));

create table intake.ticket (
    ticket_id           bigint      primary key,
    version             bigint      not null,
    state               intake.ticket_state not null,
    state_before        intake.state_before_waiting,
    waiting_for         intake.waited_for,
    branch              text        not null,
    kind                text        not null,
    channel             text        not null,
    channel_ref         text,
    customer_id         bigint      not null,
    contact_name        text        not null,
    contact_phone       text,
    contact_email       text,
    contact_address     text,
    unit_id             bigint,
    product_model       text,
    serial_number       text,
    purchased_on        date,
    symptom             text,
    description         text,
    impact              intake.level not null,
    urgency             intake.level not null,
    priority            intake.priority not null,
    service_mode        text,
    assignee            text,
    team                text,
    received_at         timestamptz not null,
    recorded_at         timestamptz not null,
    updated_at          timestamptz not null,
    acknowledged_at     timestamptz,
    resolved_at         timestamptz,
    closed_at           timestamptz,
    cause               text,
    solution            text,
    summary             text,
    reopen_count        integer     not null default 0 check (reopen_count >= 0),
    merged_into         bigint,
    possible_duplicates bigint[],
    jobs                bigint[],
    returns             bigint[],
    complaints          bigint[],

    constraint waiting_tickets_say_for_what_and_since_which_state
        check ((state = 'waiting') = (waiting_for is not null)
               and (state = 'waiting') = (state_before is not null)),
    constraint resolved_tickets_have_a_cause_and_a_solution
        check (state not in ('resolved', 'confirmed', 'closed')
               or (resolved_at is not null and cause is not null and solution is not null)),
    constraint closed_tickets_have_a_summary
        check (state <> 'closed' or (closed_at is not null and summary is not null)),
    constraint merged_tickets_name_the_survivor
        check ((state = 'merged') = (merged_into is not null) and merged_into <> ticket_id),
    constraint tickets_are_recorded_after_they_were_received
        check (received_at <= recorded_at)
);

comment on table intake.ticket is
    'One request of one customer. The contact is who spoke this time, as they gave it.';
comment on column intake.ticket.state_before is 'Where a waiting ticket goes when it is resumed.';

-- Lists: newest first within one customer, one reference, one owner, one branch, one kind.
create index ticket_of_customer on intake.ticket (customer_id, ticket_id);
create index ticket_by_reference on intake.ticket (channel_ref, ticket_id)
 where channel_ref is not null;
create index ticket_of_assignee on intake.ticket (assignee, ticket_id)
 where assignee is not null;
create index ticket_of_branch on intake.ticket (branch, ticket_id);
create index ticket_by_kind on intake.ticket (kind, ticket_id);

-- Of a million tickets most are closed: the others are found by state, the last changed by time.
create index ticket_not_closed on intake.ticket (state, ticket_id)
 where state <> 'closed';
create index ticket_by_change on intake.ticket (updated_at);
