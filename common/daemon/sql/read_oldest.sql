-- The first event still kept.
select id
  from @.event
 order by id
 limit 1
