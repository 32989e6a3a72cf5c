-- Fence and filter of repeats: one row, or somebody else applied these events.
update @.position
   set at = $3
 where source = $1
   and at = $2
