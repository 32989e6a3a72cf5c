-- Where a waiting ticket was before.
select state_before
  from intake.ticket
 where ticket_id = $1
