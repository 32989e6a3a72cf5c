-- Customers who were not known before.
insert into intake.customer (customer_id, known_by, name, phone, email, address, first_seen_at)
select customer_id, known_by, name, phone, email, address, first_seen_at
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
              $7::timestamptz[])
       as met (customer_id, known_by, name, phone, email, address, first_seen_at)
