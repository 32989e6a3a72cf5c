-- A page of one subject's history.
select id, record, hash
  from @.event
 where subject = $3
   and id > $1
 order by id
 limit $2
