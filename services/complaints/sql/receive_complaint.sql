-- A complaint, in its first version.
insert into complaints.complaint (complaint_id, version, state, ticket_id, branch, kind,
                                  customer_id, description, received_at)
values ($1, 1, $2, $3, $4, $5, $6, $7, $8)
