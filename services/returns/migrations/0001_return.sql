-- The return: one wish to give one unit back.
create table returns.return (
    return_id     bigint      primary key,
    version       bigint      not null,
    state         text        not null
                              check (state in ('requested', 'proof_missing', 'expired', 'approved',
                                               'refused', 'exception', 'offered', 'agreed',
                                               'withdrawn')),
    ticket_id     bigint      not null,
    branch        text        not null,
    kind          text        not null check (kind in ('return', 'exchange')),
    customer_id   bigint      not null,
    product_model text,
    serial_number text,
    unit_id       bigint,
    requested_at  timestamptz not null
);

comment on table returns.return is
    'A customer''s wish to give one unit back, and what became of it.';

-- Lists: newest first within a ticket, a branch, a state.
create index return_of_ticket on returns.return (ticket_id, return_id);
create index return_of_branch on returns.return (branch, return_id);
create index return_by_state on returns.return (state, return_id);
