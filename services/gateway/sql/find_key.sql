-- A key by its id, revoked or not.
select hash, role_bits, branch, provider_id, name, roles, made_at, made_by, revoked_at
  from gateway.api_key
 where key_id = $1
