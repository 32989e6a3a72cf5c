-- How far each source has been applied.
select source, at
  from @.position
