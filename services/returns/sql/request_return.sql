-- A return, in its first version.
insert into returns.return (return_id, version, state, ticket_id, branch, kind, customer_id,
                            product_model, serial_number, unit_id, requested_at)
values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
