-- Units that were not known before.
insert into intake.unit (unit_id, serial_number, product_model, purchased_on, first_seen_at)
select unit_id, serial_number, product_model, purchased_on, first_seen_at
  from unnest($1::bigint[], $2::text[], $3::text[], $4::date[], $5::timestamptz[])
       as met (unit_id, serial_number, product_model, purchased_on, first_seen_at)
