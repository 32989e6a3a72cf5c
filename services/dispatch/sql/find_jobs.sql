-- Jobs by number: the columns of the message Job up to report, then our own.
select job_id, version, state, ticket_id, kind, branch, product_model, serial_number, symptom,
       description, priority, service_mode, customer_name, customer_phone, technician_id,
       provider_id, offered_until, scheduled_from, scheduled_until, planned_at, started_at,
       completed_at, verified_at, rework_count, latitude, longitude,
       report, completed_by, ended_at, updated_at, ticket_closed
  from dispatch.job
 where job_id = any($1::bigint[])
 order by job_id
