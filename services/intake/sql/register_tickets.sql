-- Tickets, in their first version.
-- By subscript: unnest would make a store for each of the 26 arrays, however few rows there are.
insert into intake.ticket (ticket_id, version, state, branch, kind, channel, channel_ref,
                           customer_id, contact_name, contact_phone, contact_email, contact_address,
                           unit_id, product_model, serial_number, purchased_on, symptom,
                           description, impact, urgency, priority, service_mode, assignee, team,
                           received_at, recorded_at, updated_at, possible_duplicates)
select ($1::bigint[])[n], 1, ($2::text[])[n], ($3::text[])[n], ($4::text[])[n], ($5::text[])[n],
       ($6::text[])[n], ($7::bigint[])[n], ($8::text[])[n], ($9::text[])[n], ($10::text[])[n],
       ($11::text[])[n], ($12::bigint[])[n], ($13::text[])[n], ($14::text[])[n], ($15::date[])[n],
       ($16::text[])[n], ($17::text[])[n], ($18::text[])[n], ($19::text[])[n], ($20::text[])[n],
       ($21::text[])[n], ($22::text[])[n], ($23::text[])[n], ($24::timestamptz[])[n],
       ($25::timestamptz[])[n], ($25::timestamptz[])[n], ($26::text[])[n]::bigint[]
  from generate_subscripts($1::bigint[], 1) as n
