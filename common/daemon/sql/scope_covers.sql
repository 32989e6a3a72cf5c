-- Whether one branch is another or above it.
select coalesce(starts_with(lower.path, upper.path), false) as covered
  from (select 1) one
  left join @.scope upper on upper.branch = $1
  left join @.scope lower on lower.branch = $2
