-- A complaint of the ticket.
update intake.ticket
   set complaints = array_append(complaints, $2::bigint)
 where ticket_id = $1
