-- After Rebuild an event comes a second time, and may be parked a second time.
alter table @.parked drop constraint an_event_is_parked_once;
create unique index an_event_is_parked_once on @.parked (source, id) where settled = '';
