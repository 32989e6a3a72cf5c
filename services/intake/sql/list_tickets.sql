-- Tickets, newest first, behind $1; absent filters are null.
-- Of those that one may repeat, it names the ones in reach of the caller's branch ($11).
-- An unknown limit makes a general plan look dear, so PostgreSQL plans each call for the filters it
-- really has.
select ticket_id, version, state, waiting_for, branch, kind, channel, channel_ref, customer_id,
       contact_name as "customer.name", contact_phone as "customer.phone",
       contact_email as "customer.email", contact_address as "customer.address",
       product_model, serial_number, unit_id, purchased_on, symptom, description, impact, urgency,
       priority, service_mode, assignee, team, received_at, recorded_at, acknowledged_at,
       resolved_at, closed_at, cause, solution, summary, reopen_count, merged_into,
       case
           when $11::text is null or possible_duplicates is null then possible_duplicates
           else array(select alike.ticket_id
                        from intake.ticket alike
                        join intake.scope on scope.branch = alike.branch
                       where alike.ticket_id = any (ticket.possible_duplicates)
                         and strpos(scope.path, '/' || $11 || '/') > 0
                       order by alike.ticket_id desc)
       end as possible_duplicates,
       jobs, returns, complaints
  from intake.ticket
 where ($1::bigint is null or ticket_id < $1)
   and ($2::text is null or state = $2)
   and ($3::text is null or kind = $3)
   and ($4::text[] is null or branch = any ($4))
   and ($5::bigint is null or customer_id = $5)
   and ($6::text is null or assignee = $6)
   and ($7::timestamptz is null or updated_at >= $7)
   and ($8::text is null or channel_ref = $8)
   and ($10::text is null or branch = $10)
 order by ticket_id desc
 limit $9::bigint
