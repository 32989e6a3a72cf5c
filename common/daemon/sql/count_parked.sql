-- How many events of a subject wait.
select count(*) as left
  from @.parked
 where subject = $1
   and settled = ''
