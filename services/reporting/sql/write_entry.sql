-- Add a line to its subject's timeline: never before its cause or an earlier one of its source.
insert into reporting.entry (source, id, subject, aggregate, type, occurred_at, recorded_at,
                             told_at, caller, state, text, cause)
select $1, $2, $3, $4, $5, $6, $7,
       greatest($7::timestamptz,
                (select max(told_at)
                   from reporting.entry
                  where subject = $3
                    and source = $1),
                (select told_at + interval '1 microsecond'
                   from reporting.entry
                  where source = $11
                    and id = $12)),
       $8, $9, $10, coalesce($11 || '/' || $12::bigint, '')
