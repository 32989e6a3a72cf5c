-- Tickets, as they were registered.
insert into reporting.ticket (ticket_id, branch, kind, channel, priority, state, received_at)
select ticket_id, branch, kind, channel, priority, state, received_at
  from unnest($1::reporting.registration[])
