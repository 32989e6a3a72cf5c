-- Keys people and programs come in with.  Of the secret only a hash is kept.
create table gateway.api_key (
    key_id      text        primary key check (key_id ~ '^[a-z2-7]{12}$'),
    name        text        not null,
    roles       text[]      not null check (cardinality(roles) > 0),
    role_bits   bigint      not null check (role_bits > 0),
    branch      text        not null,
    provider_id text        not null,
    hash        bytea       not null check (octet_length(hash) = 32),
    made_at     timestamptz not null,
    made_by     text        not null,
    revoked_at  timestamptz,
    revoked_by  text        not null default '',

    constraint revoked_keys_say_by_whom
        check ((revoked_at is null) = (revoked_by = ''))
);

comment on table gateway.api_key is 'Who may come in, as what, and how far they may look.';
