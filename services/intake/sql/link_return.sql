-- A return of the ticket, which is none the newer for it, but has changed.
update intake.ticket
   set returns    = array_append(returns, $2::bigint),
       updated_at = $3
 where ticket_id = $1
