-- When the clock will bring something due next.
select (extract(epoch from min(due_at)) * 1000)::bigint as due_ms
  from @.timer
