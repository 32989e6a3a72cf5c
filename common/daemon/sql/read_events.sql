-- A page of history.
select id, record, hash
  from @.event
 where id > $1
 order by id
 limit $2
