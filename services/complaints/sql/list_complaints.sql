-- Complaints, newest first, behind $1, within the caller's branch ($6); absent filters are null.
select complaint_id, version, state, ticket_id, branch, kind, customer_id, description, level,
       received_at
  from complaints.complaint
 where ($1::bigint is null or complaint_id < $1)
   and ($2::text is null or state = $2)
   and ($3::bigint is null or ticket_id = $3)
   and ($4::text is null or kind = $4)
   and ($5::text is null
        or branch in (select branch
                        from complaints.scope
                       where strpos(path, '/' || $5 || '/') > 0))
   and ($6::text is null
        or branch in (select branch
                        from complaints.scope
                       where strpos(path, '/' || $6 || '/') > 0))
 order by complaint_id desc
 limit $7::bigint
