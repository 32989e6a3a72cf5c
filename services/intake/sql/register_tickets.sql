-- Tickets, in their first version, with the customers and units that nobody knew before.
  with met as (insert into intake.customer (customer_id, known_by, name, phone, email, address,
                                            first_seen_at)
               select customer_id, known_by, contact_name, contact_phone, contact_email,
                      contact_address, recorded_at
                 from unnest($1::intake.registration[])
                where customer_is_new),
       seen as (insert into intake.unit (unit_id, branch, serial_number, product_model,
                                         purchased_on, first_seen_at)
                select unit_id, branch, serial_number, product_model, purchased_on, recorded_at
                  from unnest($1::intake.registration[])
                 where unit_is_new)
insert into intake.ticket (ticket_id, version, state, branch, kind, channel, channel_ref,
                           customer_id, contact_name, contact_phone, contact_email, contact_address,
                           unit_id, product_model, serial_number, purchased_on, symptom,
                           description, impact, urgency, priority, service_mode, assignee, team,
                           received_at, recorded_at, updated_at, possible_duplicates)
select ticket_id, 1, state, branch, kind, channel, channel_ref, customer_id, contact_name,
       contact_phone, contact_email, contact_address, unit_id, product_model, serial_number,
       purchased_on, symptom, description, impact, urgency, priority, service_mode, assignee, team,
       received_at, recorded_at, recorded_at, possible_duplicates
  from unnest($1::intake.registration[])
