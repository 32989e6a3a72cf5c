-- Put an event aside; later ones of its subject follow it.
insert into @.parked (source, id, type, subject, reason, tries, first_at, record)
values ($1, $2, $3, $4, $5, $6, $7, $8)
