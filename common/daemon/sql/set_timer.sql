-- Set or move a timer.
insert into @.timer (timer, subject, due_at)
values ($1, $2, $3)
    on conflict (timer, subject) do update
   set due_at = excluded.due_at
