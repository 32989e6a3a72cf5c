-- A timer that fires is gone; it must still be the one that was due.
delete from @.timer
 where timer = $1
   and subject = $2
   and due_at = $3::timestamptz
returning subject
