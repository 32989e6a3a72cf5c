-- One branch within the caller's ($2, null for all).
select branch.branch, name, parent, kind, time_zone, version
  from intake.branch
  join intake.scope on scope.branch = branch.branch
 where branch.branch = $1
   and ($2::text is null or strpos(path, '/' || $2 || '/') > 0)
