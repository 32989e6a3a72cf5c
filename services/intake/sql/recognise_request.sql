-- All that registering wants to know, in one look.
-- Whether the branch ($1) is there for the caller ($2, null for all), who speaks ($3), about which
-- unit ($4), and which tickets this may repeat: the same reference ($6) on the channel ($5), or
-- one of the customer's twenty newest that is still open, came after $8 and has the same serial
-- number or symptom ($7).
select place.branch is not null as branch_known,
       customer.customer_id,
       unit.unit_id,
       unit.product_model,
       unit.purchased_on,
       array((select ticket_id
                from intake.ticket
               where channel_ref = $6
                 and channel = $5
               order by ticket_id desc
               limit 10)
             union
             (select recent.ticket_id
                from (select ticket_id, state, received_at, serial_number, symptom
                        from intake.ticket
                       where ticket.customer_id = customer.customer_id
                       order by ticket_id desc
                       limit 20) recent
               where recent.state not in ('closed', 'cancelled', 'merged')
                 and recent.received_at >= $8::timestamptz
                 and (recent.serial_number = $4 or recent.symptom = $7))
             order by 1 desc) as duplicates
  from (select 1) one
  left join intake.scope place
         on place.branch = $1
        and ($2::text is null or strpos(place.path, '/' || $2 || '/') > 0)
  left join intake.customer on customer.known_by = $3
  left join intake.unit on unit.serial_number = $4
