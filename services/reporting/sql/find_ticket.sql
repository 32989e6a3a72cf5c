-- The branch of a ticket, which says who may see its timeline.
select branch
  from reporting.ticket
 where ticket_id = $1
