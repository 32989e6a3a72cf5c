-- How the customer confirmed.
insert into intake.confirmation (ticket_id, version, signed_by, evidence_id, refused_reason,
                                 by_silence, confirmed_at)
values ($1, $2, $3, $4, $5, $6, $7)
