-- What the clock has brought due.
select timer, subject, due_at
  from @.timer
 where due_at <= $1::timestamptz
 order by due_at
 limit 64
