-- Begin every source again.
update @.position
   set at = 0
