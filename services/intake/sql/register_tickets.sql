-- Tickets, in their first version.
insert into intake.ticket (ticket_id, version, state, branch, kind, channel, channel_ref,
                           customer_id, contact_name, contact_phone, contact_email, contact_address,
                           unit_id, product_model, serial_number, purchased_on, symptom,
                           description, impact, urgency, priority, service_mode, assignee, team,
                           received_at, recorded_at, updated_at, possible_duplicates)
select ticket_id, 1, state, branch, kind, channel, channel_ref, customer_id, contact_name,
       contact_phone, contact_email, contact_address, unit_id, product_model, serial_number,
       purchased_on, symptom, description, impact, urgency, priority, service_mode, assignee, team,
       received_at, recorded_at, recorded_at, possible_duplicates::bigint[]
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
              $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[],
              $13::text[], $14::text[], $15::date[], $16::text[], $17::text[], $18::text[],
              $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::timestamptz[],
              $25::timestamptz[], $26::text[])
       as asked (ticket_id, state, branch, kind, channel, channel_ref, customer_id, contact_name,
                 contact_phone, contact_email, contact_address, unit_id, product_model,
                 serial_number, purchased_on, symptom, description, impact, urgency, priority,
                 service_mode, assignee, team, received_at, recorded_at, possible_duplicates)
