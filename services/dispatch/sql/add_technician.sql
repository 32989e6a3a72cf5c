-- A new technician.
insert into dispatch.technician (technician_id, name, phone, branch, skills, provider_id, added_at)
values ($1, $2, $3, $4, $5, $6, $7)
