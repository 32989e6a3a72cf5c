-- Rows as a batch sends them: one array is cheaper to read than one per column.
create type reporting.registration as (
    ticket_id   bigint,
    branch      text,
    kind        text,
    channel     text,
    priority    text,
    state       text,
    received_at timestamptz
);

create type reporting.line as (
    source      text,
    id          bigint,
    subject     text,
    aggregate   text,
    type        text,
    occurred_at timestamptz,
    recorded_at timestamptz,
    caller      text,
    state       text,
    text        text
);
