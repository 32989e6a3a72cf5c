-- Who may try to write: free the moment its holder's connection dies.
select pg_try_advisory_lock(7470, hashtext($1)) as locked
