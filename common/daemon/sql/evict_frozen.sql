-- End the session of a holder that the server has waited for since seven heartbeats and more.
select pg_terminate_backend(holder.pid) as evicted
  from pg_locks lock
  join pg_stat_activity holder on holder.pid = lock.pid
 where lock.locktype = 'advisory'
   and lock.database = (select oid from pg_database where datname = current_database())
   and lock.classid = 7470
   and lock.objid = (hashtext($1)::bigint & 4294967295)::oid
   and lock.granted
   and holder.pid <> pg_backend_pid()
   and holder.wait_event in ('ClientRead', 'ClientWrite')
   and holder.state_change < clock_timestamp() - interval '1500 milliseconds'
