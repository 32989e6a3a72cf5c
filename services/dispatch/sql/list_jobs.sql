-- Jobs, newest first, as far as branch and provider may see.
select job_id, version, state, ticket_id, kind, branch, product_model, serial_number, symptom,
       description, priority, service_mode, customer_name, customer_phone, technician_id,
       provider_id, offered_until, scheduled_from, scheduled_until, planned_at, started_at,
       completed_at, verified_at, rework_count, latitude, longitude,
       report, completed_by, ended_at, updated_at, ticket_closed
  from dispatch.job
 where ($1::text is null or state = $1)
   and ($2::bigint is null or ticket_id = $2)
   and ($3::bigint is null or technician_id = $3)
   and ($4::bigint is null or provider_id = $4)
   and ($5::text is null
        or branch in (select below.branch
                        from dispatch.scope above
                        join dispatch.scope below on starts_with(below.path, above.path)
                       where above.branch = $5))
   and ($6::text is null
        or branch in (select below.branch
                        from dispatch.scope above
                        join dispatch.scope below on starts_with(below.path, above.path)
                       where above.branch = $6))
   and ($7::bigint is null
        or (provider_id = $7 and (ended_at is null or ended_at >= $8)))
   and ($9::bigint is null or job_id < $9)
 order by job_id desc
 limit $10::bigint
