-- A key by its id, revoked or not.
select hash, role_bits, branch, provider_id, name, roles, revoked_at
  from gateway.api_key
 where key_id = $1
