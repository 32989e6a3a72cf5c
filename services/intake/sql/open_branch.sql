-- A branch, in its first version.
insert into intake.branch (branch, branch_id, version, name, parent, kind, time_zone, opened_at)
values ($1, $2, 1, $3, $4, $5, $6, $7)
