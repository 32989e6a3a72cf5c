-- A complaint of the ticket, which is none the newer for it, but has changed.
update intake.ticket
   set complaints = array_append(complaints, $2::bigint),
       updated_at = $3
 where ticket_id = $1
