-- The branches below $1 that also lie below $2; null for all.
select array_agg(branch) as branches
  from intake.scope
 where ($1::text is null or strpos(path, '/' || $1 || '/') > 0)
   and ($2::text is null or strpos(path, '/' || $2 || '/') > 0)
