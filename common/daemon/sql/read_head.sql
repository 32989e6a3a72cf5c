-- The last event there is.
select id, hash
  from @.event
 order by id desc
 limit 1
