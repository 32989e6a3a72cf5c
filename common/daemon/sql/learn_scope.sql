-- A branch below its parent; a root where the parent is empty.
insert into @.scope (branch, path)
select $1, coalesce((select path from @.scope where branch = $2), '/') || $1 || '/'
    on conflict (branch) do update
   set path = excluded.path
