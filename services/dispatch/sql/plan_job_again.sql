-- A new job for the same ticket, like an earlier one.
insert into dispatch.job (job_id, version, state, ticket_id, kind, branch, product_model,
                          serial_number, symptom, description, priority, service_mode,
                          customer_name, customer_phone, planned_at)
select $1::bigint, 1, 'planned', ticket_id, kind, branch, product_model, serial_number, symptom,
       description, coalesce($3, priority), service_mode, customer_name, customer_phone,
       $4::timestamptz
  from dispatch.job
 where job_id = $2
