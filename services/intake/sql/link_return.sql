-- A return of the ticket.
update intake.ticket
   set returns = array_append(returns, $2::bigint)
 where ticket_id = $1
