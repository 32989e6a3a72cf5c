-- Whether a branch may be opened: code, parent and time zone.
-- The parent has to lie within the caller's branch ($4, null for all).  Zones in use are not looked
-- up again, for the list of all is slow to read.
select exists (select from intake.branch where branch = $1) as taken,
       $2::text is null
       or exists (select
                    from intake.scope
                   where scope.branch = $2
                     and ($4::text is null or strpos(path, '/' || $4 || '/') > 0)) as parent_known,
       coalesce($3, (select time_zone from intake.branch where branch = $2)) as time_zone,
       $3::text is null
       or exists (select from intake.branch where time_zone = $3)
       or exists (select from pg_timezone_names where name = $3) as time_zone_known
