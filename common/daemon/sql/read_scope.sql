-- The whole tree.
select branch, path
  from @.scope
