-- A stretch of the chain, with what the columns say beside the record.
select id, type, subject, record, hash
  from @.event
 where id >= $1
 order by id
 limit $2
