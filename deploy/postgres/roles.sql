-- A role and a schema for each service; a role sees its own schema only.  May be run again.
select format('create role %I login', service)
  from unnest(array['gateway', 'intake', 'dispatch', 'returns', 'complaints', 'reporting']) service
 where not exists (select from pg_roles where rolname = service)
\gexec

select 'create database afterline'
 where not exists (select from pg_database where datname = 'afterline')
\gexec

\connect afterline

revoke all on database afterline from public;
revoke all on schema public from public;
revoke connect on database postgres from public;
revoke connect on database template1 from public;

select format('grant connect on database afterline to %I', service)
  from unnest(array['gateway', 'intake', 'dispatch', 'returns', 'complaints', 'reporting']) service
\gexec

select format('create schema if not exists %1$I authorization %1$I', service)
  from unnest(array['gateway', 'intake', 'dispatch', 'returns', 'complaints', 'reporting']) service
\gexec

-- A service runs a writer, two readers and at most a handful of spares.
select format('alter role %I connection limit 40', service)
  from unnest(array['gateway', 'intake', 'dispatch', 'returns', 'complaints', 'reporting']) service
\gexec
select format('alter role %I set search_path = %L', service, '')
  from unnest(array['gateway', 'intake', 'dispatch', 'returns', 'complaints', 'reporting']) service
\gexec
