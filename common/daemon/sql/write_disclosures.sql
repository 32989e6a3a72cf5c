-- Who saw whose personal data.
insert into @.disclosure (at, caller, subject, what, trace)
select $1::timestamptz, caller, subject, what, trace
  from unnest($2::text[], $3::text[], $4::text[], $5::text[])
       as seen (caller, subject, what, trace)
