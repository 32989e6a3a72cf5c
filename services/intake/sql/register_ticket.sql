-- A ticket, in its first version.
insert into intake.ticket (ticket_id, version, state, branch, kind, channel, channel_ref,
                           customer_id, contact_name, contact_phone, contact_email, contact_address,
                           unit_id, product_model, serial_number, purchased_on, symptom,
                           description, impact, urgency, priority, service_mode, assignee, team,
                           received_at, recorded_at, updated_at, possible_duplicates)
values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::date, $16, $17, $18,
        $19, $20, $21, $22, $23, $24, $25, $25, $26::bigint[])
