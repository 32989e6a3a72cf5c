-- A source that is followed for the first time starts before its first event.
insert into @.position (source, at)
values ($1, 0)
    on conflict do nothing
