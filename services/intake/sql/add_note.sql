-- A remark, with the version it makes of the ticket.
insert into intake.note (ticket_id, version, text, visible_to_customer, written_by, written_at)
values ($1, $2, $3, $4, $5, $6)
