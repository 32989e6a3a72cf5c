-- Signed heads of others, newest first, of one source where one is named.
select source, id, hash, signed_ms, signature, public_key
  from @.head
 where $1 = '' or source = $1
 order by source, id desc
 limit 500
