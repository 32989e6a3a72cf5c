-- Tickets, as they were registered.
insert into reporting.ticket (ticket_id, branch, kind, channel, priority, state, received_at)
select ticket_id, branch, kind, channel, priority, state, received_at
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
              $7::timestamptz[])
       as told (ticket_id, branch, kind, channel, priority, state, received_at)
