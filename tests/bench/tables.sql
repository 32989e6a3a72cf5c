-- What pgbench writes: a ticket, its event and its idempotency key, and no more than that.
create table ticket (
    ticket_id     bigint primary key,
    state         text   not null,
    branch        text   not null,
    kind          text   not null,
    contact_name  text   not null,
    contact_phone text,
    description   text
);
create table event (
    id          bigint      primary key,
    recorded_at timestamptz not null,
    type        text        not null,
    subject     text        not null,
    record      bytea       not null
);
create table answer (
    key         text        primary key,
    recorded_at timestamptz not null,
    body        bytea       not null
);
create sequence ticket_number;
create sequence event_number;
create sequence key_number;
