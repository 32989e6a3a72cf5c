-- The last signed head in the own history.
select id
  from @.event
 where subject = $1
   and type = $2
 order by id desc
 limit 1
