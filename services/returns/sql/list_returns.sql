-- Returns, newest first, behind $1, within the caller's branch ($5); absent filters are null.
select return_id, version, state, ticket_id, branch, kind, customer_id, product_model,
       serial_number, unit_id, requested_at
  from returns.return
 where ($1::bigint is null or return_id < $1)
   and ($2::text is null or state = $2)
   and ($3::bigint is null or ticket_id = $3)
   and ($4::text is null
        or branch in (select branch from returns.scope where strpos(path, '/' || $4 || '/') > 0))
   and ($5::text is null
        or branch in (select branch from returns.scope where strpos(path, '/' || $5 || '/') > 0))
 order by return_id desc
 limit $6::bigint
