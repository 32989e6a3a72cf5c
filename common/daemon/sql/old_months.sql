-- Monthly partitions of a table that come before the one named.
select child.relname as name
  from pg_inherits heir
  join pg_class child on child.oid = heir.inhrelid
 where heir.inhparent = to_regclass($1)
   and child.relname < $2
 order by child.relname
