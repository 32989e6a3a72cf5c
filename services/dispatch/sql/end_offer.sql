-- How the open offer of a job ended, and why.
update dispatch.offer
   set outcome     = $2,
       explanation = $3,
       ended_at    = $4
 where job_id = $1
   and outcome is null
