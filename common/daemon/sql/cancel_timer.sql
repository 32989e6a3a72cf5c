-- Take a timer back.
delete from @.timer
 where timer = $1
   and subject = $2
