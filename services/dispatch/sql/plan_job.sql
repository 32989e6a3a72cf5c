-- A new job.
insert into dispatch.job (job_id, version, state, ticket_id, kind, branch, product_model,
                          serial_number, symptom, description, priority, service_mode,
                          customer_name, customer_phone, planned_at)
values ($1, 1, 'planned', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
