-- Everything about a ticket that a move may change.
-- One that begins to wait remembers where it was.
update intake.ticket
   set version         = $2,
       state           = $3::text,
       state_before    = case
                             when $3::text <> 'waiting' then null
                             when state = 'waiting' then state_before
                             else state
                         end,
       waiting_for     = $4,
       impact          = $5,
       urgency         = $6,
       priority        = $7,
       assignee        = $8,
       team            = $9,
       acknowledged_at = $10,
       resolved_at     = $11,
       closed_at       = $12,
       cause           = $13,
       solution        = $14,
       summary         = $15,
       reopen_count    = $16,
       merged_into     = $17,
       updated_at      = $18
 where ticket_id = $1
