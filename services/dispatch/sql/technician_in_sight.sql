-- One technician within the caller's branch ($2, null for all) and provider ($3, likewise).
select technician_id, version, name, phone, branch, skills, provider_id
  from dispatch.technician
 where technician_id = $1
   and ($3::bigint is null or provider_id = $3)
   and ($2::text is null
        or exists (select
                     from dispatch.scope
                    where scope.branch = technician.branch
                      and strpos(scope.path, '/' || $2 || '/') > 0))
