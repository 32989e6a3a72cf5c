-- Updates that count from now on.
insert into dispatch.job_update (provider_id, update_id, job_id, occurred_at, recorded_at, result,
                                 state, body)
select told.provider_id, told.update_id, told.job_id, told.occurred_at, $8::timestamptz,
       told.result, told.state, told.body
  from unnest($1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[],
              $7::bytea[])
       as told(provider_id, update_id, job_id, occurred_at, result, state, body)
