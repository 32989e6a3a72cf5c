-- A key lets nobody in any more.
update gateway.api_key
   set revoked_at = $2,
       revoked_by = $3
 where key_id = $1
   and revoked_at is null
