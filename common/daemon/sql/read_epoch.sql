-- Whether this epoch still writes: the heartbeat.
select epoch
  from @.writer
 where epoch = $1
