-- A source of which less was applied than the asker knows was told.
select position.source, position.at
  from unnest($1::text[], $2::bigint[]) as known (source, at)
  join @.position on position.source = known.source
 where position.at < known.at
 limit 1
