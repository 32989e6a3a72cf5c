-- What every service keeps beside its own: who may write, what it told, what it answered.

-- Who may write.  Taking over adds one; a batch begins by holding its own epoch.
create table @.writer (
    one   boolean primary key default true check (one),
    epoch bigint  not null
);
insert into @.writer (epoch) values (0);

-- The history: numbered without gaps by the one writer, each hash covering the one before.
create table @.event (
    id          bigint      not null,
    recorded_at timestamptz not null,
    type        text        not null,
    subject     text        not null,
    record      bytea       not null,
    hash        bytea       not null
) partition by range (recorded_at);
create index event_by_id on @.event (id);
create index event_by_subject on @.event (subject, id);
comment on table @.event is 'What this service told the house; nobody but its writer inserts.';

-- What was answered, so that asking twice is harmless.
create table @.answer (
    key         text        not null,
    recorded_at timestamptz not null,
    digest      bytea       not null,
    header      bytea       not null,
    body        bytea       not null
) partition by range (recorded_at);
create index answer_by_key on @.answer (key);
comment on table @.answer is 'Recorded answers by idempotency key, kept at least 7 days.';

-- How far each other service's history has been applied here.
create table @.position (
    source text   primary key,
    at     bigint not null
);

-- Events that could not be applied, and those waiting behind them, in the order they came.
create table @.parked (
    place      bigint      generated always as identity primary key,
    source     text        not null,
    id         bigint      not null,
    type       text        not null,
    subject    text        not null,
    reason     text        not null,
    tries      integer     not null,
    first_at   timestamptz not null,
    record     bytea       not null,
    settled_at timestamptz,
    settled_by text        not null default '',
    settled    text        not null default '' check (settled in ('', 'applied', 'discarded')),
    why        text        not null default '',

    constraint an_event_is_parked_once unique (source, id)
);
create index parked_open on @.parked (subject, place) where settled = '';

-- What is to be done by the clock, once.
create table @.timer (
    timer   text        not null,
    subject text        not null,
    due_at  timestamptz not null,

    primary key (timer, subject)
);
create index timer_due on @.timer (due_at);

-- The tree of branches, for scopes: a path names all above, "/company/east/hangzhou/".
create table @.scope (
    branch text primary key,
    path   text not null
);

-- Which personal data left unmasked, to whom.
create table @.disclosure (
    at      timestamptz not null,
    caller  text        not null,
    subject text        not null,
    what    text        not null,
    trace   text        not null
);
create index disclosure_by_subject on @.disclosure (subject, at);

-- Signed heads of the other services' chains.
create table @.head (
    source     text   not null,
    id         bigint not null,
    hash       bytea  not null,
    signed_ms  bigint not null,
    signature  bytea  not null,
    public_key bytea  not null,

    primary key (source, id)
);
