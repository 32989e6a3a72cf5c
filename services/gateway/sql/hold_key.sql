-- A new key.
insert into gateway.api_key (key_id, name, roles, role_bits, branch, provider_id, hash,
                             made_at, made_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
