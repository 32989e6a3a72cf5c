-- One provider that works in the caller's branch ($2, null for all), below or above it.
-- A caller of a provider's own ($3) sees that one only.
select provider_id, version, name, kinds, branches
  from dispatch.provider
 where provider_id = $1
   and ($3::bigint is null or provider_id = $3)
   and ($2::text is null
        or exists (select
                     from dispatch.scope theirs
                     join dispatch.scope own on own.branch = $2
                    where theirs.branch = any(provider.branches)
                      and (starts_with(theirs.path, own.path)
                           or starts_with(own.path, theirs.path))))
