-- Everybody who carries out jobs, or one of them, and how they fit this job ($1).
  with held as (
select technician_id, provider_id
  from dispatch.job
 where state in ('offered', 'accepted', 'scheduled', 'en_route', 'on_site', 'working', 'paused',
                 'suspended')
   and job_id <> $1),
       tried as (
select technician_id, provider_id
  from dispatch.offer
 where job_id = $1),
       covering as (
select above.branch
  from dispatch.scope below
  join dispatch.scope above on starts_with(below.path, above.path)
 where below.branch = $3
 union
select $3)
select technician.technician_id, technician.provider_id, technician.name,
       $4 = '' or technician.skills && array[$4, '*'] as skilled,
       provider.provider_id is null or $2 = any(provider.kinds) as kind_covered,
       technician.branch in (select branch from covering)
       and (provider.provider_id is null
            or exists (select from covering
                        where covering.branch = any(provider.branches))) as branch_covered,
       (select count(*) from held
         where held.technician_id = technician.technician_id) as open_jobs,
       exists (select from tried
                where tried.technician_id = technician.technician_id) as tried
  from dispatch.technician
  left join dispatch.provider on provider.provider_id = technician.provider_id
 where technician.technician_id = $5::bigint
    or ($5 is null and $6::bigint is null)
 union all
select null, provider.provider_id, provider.name,
       true,
       $2 = any(provider.kinds),
       exists (select from covering where covering.branch = any(provider.branches)),
       (select count(*) from held where held.provider_id = provider.provider_id),
       exists (select from tried
                where tried.provider_id = provider.provider_id
                  and tried.technician_id is null)
  from dispatch.provider
 where $5 is null
   and (provider.provider_id = $6 or $6 is null)
