-- How many other jobs of the ticket are not done yet.
select count(*) as open_jobs
  from dispatch.job
 where ticket_id = $1
   and job_id <> $2
   and state not in ('verified', 'closed', 'cancelled')
