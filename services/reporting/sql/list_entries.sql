-- What happened to a subject, oldest first, behind the entry a cursor names.
  select source, id as number, aggregate, type, occurred_at, recorded_at, caller, state, text, cause
    from reporting.entry
   where subject = $1
     and ($2::text is null
          or (told_at, source, id) > (select last.told_at, last.source, last.id
                                        from reporting.entry last
                                       where last.source = $2
                                         and last.id = $3))
order by told_at, source, id
   limit $4
