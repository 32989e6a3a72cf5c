-- The whole tree of branches.
select branch, path
  from gateway.scope
 order by path
