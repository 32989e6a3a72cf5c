-- Whether the ticket of these jobs is closed, for those whose work goes on.
update dispatch.job
   set ticket_closed = $2
 where ticket_id = $1
   and state not in ('closed', 'cancelled')
