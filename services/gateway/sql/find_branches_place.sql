-- Up to which event of intake branches are known.
select coalesce(max(at), 0) as upto
  from gateway.position
 where source = 'intake'
