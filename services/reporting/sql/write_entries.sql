-- Add lines of events without a cause: each never before an earlier one of its source and subject.
insert into reporting.entry (source, id, subject, aggregate, type, occurred_at, recorded_at,
                             told_at, caller, state, text, cause)
select source, id, subject, aggregate, type, occurred_at, recorded_at,
       greatest(max(recorded_at) over (partition by source, subject order by place),
                (select max(entry.told_at)
                   from reporting.entry
                  where entry.subject = told.subject
                    and entry.source = told.source)),
       caller, state, text, ''
  from unnest($1::reporting.line[]) with ordinality
       as told (source, id, subject, aggregate, type, occurred_at, recorded_at, caller, state, text,
                place)
