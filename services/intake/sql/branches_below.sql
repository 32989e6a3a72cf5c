-- The branches below $1 that also lie below $2, null for all; and the one, where it is only one.
select case when count(*) <> 1 then coalesce(array_agg(branch), '{}') end as branches,
       case when count(*) = 1 then min(branch) end as branch
  from intake.scope
 where ($1::text is null or strpos(path, '/' || $1 || '/') > 0)
   and ($2::text is null or strpos(path, '/' || $2 || '/') > 0)
