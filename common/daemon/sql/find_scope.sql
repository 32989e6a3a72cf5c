-- Where a branch stands in the tree.
select path
  from @.scope
 where branch = $1
