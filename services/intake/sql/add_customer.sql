-- A customer who was not known before.
insert into intake.customer (customer_id, known_by, name, phone, email, address, first_seen_at)
values ($1, $2, $3, $4, $5, $6, $7)
