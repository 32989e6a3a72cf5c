-- Subjects whose events wait for somebody.
select subject, count(*) as events
  from @.parked
 where settled = ''
 group by subject
