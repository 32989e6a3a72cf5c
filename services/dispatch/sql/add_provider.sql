-- A new provider.
insert into dispatch.provider (provider_id, name, kinds, branches, added_at)
values ($1, $2, $3, $4, $5)
