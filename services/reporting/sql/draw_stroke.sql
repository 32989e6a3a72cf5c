-- What an event says about its ticket: the first acknowledgement counts, and the last resolution.
update reporting.ticket
   set state           = coalesce($2, state),
       priority        = coalesce($3, priority),
       acknowledged_at = coalesce(acknowledged_at, $4),
       resolved_at     = case when $7 = 1 then null else coalesce($5, resolved_at) end,
       closed_at       = case when $7 = 1 then null else coalesce($6, closed_at) end,
       reopen_count    = reopen_count + $7::integer
 where ticket_id = $1
