-- One ticket, where the caller's branch ($2, null for all) reaches it.
-- Of those that it may repeat it names the ones in reach, too.
select ticket_id, version, state, waiting_for, branch, kind, channel, channel_ref, customer_id,
       contact_name as "customer.name", contact_phone as "customer.phone",
       contact_email as "customer.email", contact_address as "customer.address",
       product_model, serial_number, unit_id, purchased_on, symptom, description, impact, urgency,
       priority, service_mode, assignee, team, received_at, recorded_at, acknowledged_at,
       resolved_at, closed_at, cause, solution, summary, reopen_count, merged_into,
       case
           when $2::text is null or possible_duplicates is null then possible_duplicates
           else array(select alike.ticket_id
                        from intake.ticket alike
                        join intake.scope on scope.branch = alike.branch
                       where alike.ticket_id = any (ticket.possible_duplicates)
                         and strpos(scope.path, '/' || $2 || '/') > 0
                       order by alike.ticket_id desc)
       end as possible_duplicates,
       jobs, returns, complaints
  from intake.ticket
 where ticket_id = $1
   and ($2::text is null
        or exists (select
                     from intake.scope
                    where scope.branch = ticket.branch
                      and strpos(scope.path, '/' || $2 || '/') > 0))
