-- Updates told before, of one provider or of all.
select provider_id, update_id, state, body
  from dispatch.job_update
 where update_id = any($1::text[])
   and ($2::bigint is null or provider_id = $2)
