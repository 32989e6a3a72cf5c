-- Jobs as they are after their moves.
update dispatch.job
   set version         = moved.version,
       state           = moved.state,
       technician_id   = moved.technician_id,
       provider_id     = moved.provider_id,
       offered_until   = moved.offered_until,
       scheduled_from  = moved.scheduled_from,
       scheduled_until = moved.scheduled_until,
       started_at      = moved.started_at,
       completed_at    = moved.completed_at,
       verified_at     = moved.verified_at,
       ended_at        = moved.ended_at,
       rework_count    = moved.rework_count,
       report          = moved.report,
       completed_by    = moved.completed_by,
       latitude        = moved.latitude,
       longitude       = moved.longitude,
       updated_at      = moved.updated_at,
       priority        = moved.priority
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[],
              $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[],
              $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::integer[],
              $14::jsonb[], $15::text[], $16::double precision[], $17::double precision[],
              $18::timestamptz[], $19::text[])
       as moved(job_id, version, state, technician_id, provider_id, offered_until, scheduled_from,
                scheduled_until, started_at, completed_at, verified_at, ended_at, rework_count,
                report, completed_by, latitude, longitude, updated_at,
                priority)
 where job.job_id = moved.job_id
