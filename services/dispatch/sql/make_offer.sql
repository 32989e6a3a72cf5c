-- An offer, open until somebody ends it.
insert into dispatch.offer (job_id, version, technician_id, provider_id, reason, offered_by,
                            offered_at, offered_until)
values ($1, $2, $3, $4, $5, $6, $7, $8)
