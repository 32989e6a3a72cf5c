-- Heartbeat: still the writer?
select epoch
  from @.writer
 where epoch = $1
