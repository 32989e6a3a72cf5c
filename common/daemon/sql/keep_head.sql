-- Keep another service's signed head.
insert into @.head (source, id, hash, signed_ms, signature, public_key)
values ($1, $2, $3, $4, $5, $6)
    on conflict do nothing
