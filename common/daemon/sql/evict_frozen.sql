-- End the session of a holder that has been silent for three heartbeats and more.
select pg_terminate_backend(holder.pid) as evicted
  from pg_locks lock
  join pg_stat_activity holder on holder.pid = lock.pid
 where lock.locktype = 'advisory'
   and lock.classid = 7470
   and lock.objid = (hashtext($1)::bigint & 4294967295)::oid
   and lock.granted
   and holder.pid <> pg_backend_pid()
   and holder.state in ('idle', 'idle in transaction', 'idle in transaction (aborted)')
   and holder.state_change < clock_timestamp() - interval '1200 milliseconds'
