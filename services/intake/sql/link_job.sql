-- A job of the ticket.
update intake.ticket
   set jobs = array_append(jobs, $2::bigint)
 where ticket_id = $1
