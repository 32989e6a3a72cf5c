-- Signed heads of others behind $2, oldest first, $3 of each source: of one where it is named.
select source, id, hash, signed_ms, signature, public_key
  from (select source, id, hash, signed_ms, signature, public_key,
               row_number() over (partition by source order by id) as place
          from @.head
         where ($1 = '' or source = $1)
           and id > $2) head
 where place <= $3
 order by source, id
