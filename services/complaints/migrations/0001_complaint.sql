-- The complaint: what somebody is owed an answer to.
create table complaints.complaint (
    complaint_id bigint      primary key,
    version      bigint      not null,
    state        text        not null
                             check (state in ('received', 'acknowledged', 'verifying',
                                              'established', 'consulting', 'answered',
                                              'escalated', 'settled', 'closed')),
    ticket_id    bigint      not null,
    branch       text        not null,
    kind         text        not null check (kind in ('complaint', 'suggestion', 'praise')),
    customer_id  bigint      not null,
    description  text,
    level        integer     not null default 0 check (level between 0 and 3),
    received_at  timestamptz not null
);

comment on table complaints.complaint is 'A complaint, suggestion or praise, and its answer.';

-- Lists: newest first within a ticket, a branch, a state.
create index complaint_of_ticket on complaints.complaint (ticket_id, complaint_id);
create index complaint_of_branch on complaints.complaint (branch, complaint_id);
create index complaint_by_state on complaints.complaint (state, complaint_id);
