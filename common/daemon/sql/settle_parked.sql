-- A parked event was applied or given up, by whom and why.
update @.parked
   set settled = $2,
       settled_at = $3::timestamptz,
       settled_by = $4,
       why = $5
 where place = $1
   and settled = ''
