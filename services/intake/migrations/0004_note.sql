-- What was said about a ticket beside its moves, and how customers confirmed; both only grow.
create table intake.note (
    ticket_id           bigint      not null references intake.ticket,
    version             bigint      not null,
    text                text        not null,
    visible_to_customer boolean     not null,
    written_by          text        not null,
    written_at          timestamptz not null,

    primary key (ticket_id, version)
);

comment on table intake.note is 'A remark on a ticket, with the version it made of it.';

create table intake.confirmation (
    ticket_id      bigint      not null references intake.ticket,
    version        bigint      not null,
    signed_by      text,
    evidence_id    text,
    refused_reason text,
    by_silence     boolean     not null,
    confirmed_at   timestamptz not null,

    primary key (ticket_id, version),
    constraint a_confirmation_says_how
        check (by_silence or signed_by is not null or evidence_id is not null
               or refused_reason is not null)
);

comment on table intake.confirmation is
    'The customer''s acceptance: signed, proved, refused with a reason, or given by silence.';
