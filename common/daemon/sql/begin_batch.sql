-- Hold the epoch, and find what was answered under these keys: no row, no batch.
select w.epoch, a.key, a.digest, a.header, a.body
  from (select epoch from @.writer where epoch = $1 for share) w
  left join @.answer a on a.key = any ($2::text[])
