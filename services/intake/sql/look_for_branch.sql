-- Whether a branch may be opened: is its code taken, its parent known and within the caller's
-- branch ($4, null for all), its time zone one that PostgreSQL knows.  Zones in use are not looked
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
