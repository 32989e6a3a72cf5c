-- What this batch answers, by key.
insert into @.answer (key, recorded_at, digest, header, body)
select key, $2::timestamptz, digest, header, body
  from unnest($1::text[], $3::bytea[], $4::bytea[], $5::bytea[])
       as answered (key, digest, header, body)
