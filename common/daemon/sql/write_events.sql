-- The batch's events, in order.
insert into @.event (id, recorded_at, type, subject, record, hash)
select id, $2::timestamptz, type, subject, record, hash
  from unnest($1::bigint[], $3::text[], $4::text[], $5::bytea[], $6::bytea[])
       as told (id, type, subject, record, hash)
