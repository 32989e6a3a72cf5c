-- A page of history: so many events, and of them up to the one that fills so many bytes.
select id, record, hash
  from (select id, record, hash,
               sum(length(record)) over (order by id) - length(record) as bytes_before
          from (select id, record, hash
                  from @.event
                 where id > $1
                 order by id
                 limit $2) event) page
 where bytes_before < $3::bigint
 order by id
