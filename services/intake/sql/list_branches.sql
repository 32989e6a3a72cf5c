-- Branches within the caller's ($1, null for all), newest first, behind $2.
select branch.branch, name, parent, kind, time_zone, version, branch_id
  from intake.branch
  join intake.scope on scope.branch = branch.branch
 where ($1::text is null or strpos(path, '/' || $1 || '/') > 0)
   and ($2::bigint is null or branch_id < $2)
 order by branch_id desc
 limit $3::bigint
