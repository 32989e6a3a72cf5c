-- One complaint, where the caller's branch ($2, null for all) reaches it.
select complaint_id, version, state, ticket_id, branch, kind, customer_id, description, level,
       received_at
  from complaints.complaint
 where complaint_id = $1
   and ($2::text is null
        or exists (select
                     from complaints.scope
                    where scope.branch = complaint.branch
                      and strpos(scope.path, '/' || $2 || '/') > 0))
