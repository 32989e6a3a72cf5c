-- One parked event by name.
select place, subject
  from @.parked
 where source = $1
   and id = $2
   and settled = ''
