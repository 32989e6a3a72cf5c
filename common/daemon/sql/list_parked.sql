-- What waits, in order; of one subject where one is named.
select source, id, type, subject, reason, tries, first_at
  from @.parked
 where settled = ''
   and ($1 = '' or subject = $1)
 order by place
 limit $2
