-- Whether there is such a provider.
select name
  from dispatch.provider
 where provider_id = $1
