-- One return, where the caller's branch ($2, null for all) reaches it.
select return_id, version, state, ticket_id, branch, kind, customer_id, product_model,
       serial_number, unit_id, requested_at
  from returns.return
 where return_id = $1
   and ($2::text is null
        or exists (select
                     from returns.scope
                    where scope.branch = return.branch
                      and strpos(scope.path, '/' || $2 || '/') > 0))
