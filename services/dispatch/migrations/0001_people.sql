-- Who carries out jobs: our own technicians, and the companies under contract with theirs.
create table dispatch.provider (
    provider_id bigint      primary key,
    version     bigint      not null default 1,
    name        text        not null,
    kinds       text[]      not null,
    branches    text[]      not null,
    added_at    timestamptz not null,

    constraint a_provider_does_something_somewhere
        check (cardinality(kinds) > 0 and cardinality(branches) > 0)
);
comment on table dispatch.provider is 'A company under contract whose people carry out jobs.';
comment on column dispatch.provider.branches is 'The branches it works in, with those below.';

create table dispatch.technician (
    technician_id bigint      primary key,
    version       bigint      not null default 1,
    name          text        not null,
    phone         text        not null,
    branch        text        not null,
    skills        text[]      not null,
    provider_id   bigint      references dispatch.provider,
    added_at      timestamptz not null
);
comment on table dispatch.technician is 'Somebody who carries out jobs.';
comment on column dispatch.technician.skills is 'Product models; * is all of them.';
