-- When the clock will bring something due next, of the timers that are known.
select (extract(epoch from min(due_at)) * 1000)::bigint as due_ms
  from @.timer
 where timer = any ($1::text[])
