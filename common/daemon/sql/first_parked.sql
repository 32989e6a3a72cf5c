-- The first event of a subject that waits.
select place, source, id, record, tries
  from @.parked
 where subject = $1
   and settled = ''
 order by place
 limit 1
