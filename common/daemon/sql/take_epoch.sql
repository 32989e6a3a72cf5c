-- Taking over: from now on no batch of an earlier writer can begin.
update @.writer
   set epoch = epoch + 1
returning epoch
