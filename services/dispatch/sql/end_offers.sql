-- How the open offers of jobs ended, and why.
update dispatch.offer
   set outcome     = ended.outcome,
       explanation = ended.explanation,
       ended_at    = $4::timestamptz
  from unnest($1::bigint[], $2::text[], $3::text[]) as ended(job_id, outcome, explanation)
 where offer.job_id = ended.job_id
   and offer.outcome is null
