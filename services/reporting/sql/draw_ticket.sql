-- A ticket, as it was registered.
insert into reporting.ticket (ticket_id, branch, kind, channel, priority, state, received_at)
values ($1, $2, $3, $4, $5, $6, $7)
