"""A role sees its own schema only; PostgreSQL says so, not our code."""

import pytest

from house import SERVICES

PAIRS = [(role, schema) for role in SERVICES for schema in SERVICES if role != schema]


@pytest.mark.parametrize("role", SERVICES)
def test_a_role_reads_its_own_events(house, role):
    assert house.sql(f"select count(*) >= 0 from {role}.event", role) == "t"


@pytest.mark.parametrize("role, schema", PAIRS)
def test_a_role_cannot_read_anothers_schema(house, role, schema):
    done = house.sql(f"select count(*) from {schema}.event", role, check=False)

    assert f"permission denied for schema {schema}" in done.stderr


@pytest.mark.parametrize("role", SERVICES)
@pytest.mark.parametrize("statement, refusal", [
    ("create schema mine", "permission denied for database"),
    ("create table public.mine (a int)", "permission denied for schema public"),
    ("create role mine", "permission denied to create role"),
    ("copy (select 1) to program 'true'", "must be superuser or have privileges"),
    ("set session authorization postgres", "permission denied to set session authorization"),
])
def test_a_role_makes_nothing_outside_its_schema(house, role, statement, refusal):
    done = house.sql(statement, role, check=False)

    assert refusal in done.stderr


@pytest.mark.parametrize("role", SERVICES)
def test_a_role_is_nobody_special(house, role):
    assert house.sql("select rolsuper or rolcreaterole or rolcreatedb or rolreplication or"
                     " rolbypassrls from pg_roles where rolname = current_user", role) == "f"
    assert house.sql("select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member"
                     " where r.rolname = current_user", role) == "0"
