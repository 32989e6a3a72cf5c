-- Hold the epoch, where no answers are looked for: no row, no batch.
select epoch, null as key
  from @.writer
 where epoch = $1
   for share
