-- A unit that was not known before.
insert into intake.unit (unit_id, serial_number, product_model, purchased_on, first_seen_at)
values ($1, $2, $3, $4::date, $5)
