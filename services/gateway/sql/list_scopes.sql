-- The tree of branches, page by page.
select branch, path
  from gateway.scope
 where branch > $1
 order by branch
 limit $2::bigint
