-- What waits comes again by itself; what was settled stays on record.
delete from @.parked
 where settled = ''
