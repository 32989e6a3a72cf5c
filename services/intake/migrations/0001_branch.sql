-- The units of the company, a tree.
create table intake.branch (
    branch    text        primary key,
    branch_id bigint      not null unique,
    version   bigint      not null,
    name      text        not null,
    parent    text        references intake.branch,
    kind      text        not null
                          check (kind in ('company', 'region', 'branch', 'team')),
    time_zone text        not null,
    opened_at timestamptz not null,

    constraint a_branch_is_not_its_own_parent check (parent <> branch)
);

comment on table intake.branch is 'A unit of the company: company, region, branch or team.';
