-- What the clock has brought due, of the timers that are known.
select timer, subject, due_at
  from @.timer
 where due_at <= $1::timestamptz
   and timer = any ($2::text[])
 order by due_at
 limit 64
