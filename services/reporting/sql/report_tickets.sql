-- Figures of the tickets received in a span, as far as the scope reaches, over their raw rows.
  select case $1
             when 'state'    then state
             when 'kind'     then kind
             when 'branch'   then branch
             when 'channel'  then channel
             when 'priority' then priority
         end                                                            as "group",
         count(*)                                                       as count,
         count(wait)                                                    as "to_acknowledge.count",
         avg(wait)                                                      as "to_acknowledge.mean_seconds",
         percentile_cont(0.5) within group (order by wait)              as "to_acknowledge.p50_seconds",
         percentile_cont(0.9) within group (order by wait)              as "to_acknowledge.p90_seconds",
         count(work)                                                    as "to_resolve.count",
         avg(work)                                                      as "to_resolve.mean_seconds",
         percentile_cont(0.5) within group (order by work)              as "to_resolve.p50_seconds",
         percentile_cont(0.9) within group (order by work)              as "to_resolve.p90_seconds",
         count(*) filter (where reopen_count > 0)                       as reopened,
         sum(reopen_count)                                              as reopen_count
    from reporting.ticket
   cross join lateral
         (select extract(epoch from acknowledged_at - received_at)::double precision as wait,
                 extract(epoch from resolved_at - received_at)::double precision     as work) span
   where ($2::timestamptz is null or received_at >= $2)
     and ($3::timestamptz is null or received_at < $3)
     and ($4::text is null
          or branch in (select lower.branch
                          from reporting.scope upper
                          join reporting.scope lower on starts_with(lower.path, upper.path)
                         where upper.branch = $4))
group by 1
order by 1
