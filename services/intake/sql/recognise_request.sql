-- All that registering wants to know, in one look for a whole batch: a row for each request.
-- Whether the branch is there for the caller (caller_branch, null for all), who speaks (known_by),
-- about which unit, whether the caller may know more of it than its number, and which tickets of
-- theirs this may repeat: the same reference on the channel, or one of the customer's twenty newest
-- that is still open, came after `since` and has the same serial number or symptom.
select place.branch is not null as branch_known,
       customer.customer_id,
       unit.unit_id,
       unit.product_model,
       unit.purchased_on,
       asked.caller_branch is null
       or unit.branch = place.branch
       or (select strpos(path, '/' || asked.caller_branch || '/') > 0
             from intake.scope
            where scope.branch = unit.branch) as unit_in_sight,
       array(select distinct ticket_id
               from ((select ticket_id, branch
                        from intake.ticket
                       where ticket.channel_ref = asked.channel_ref
                         and ticket.channel = asked.channel
                       order by ticket_id desc
                       limit 10)
                     union all
                     (select ticket_id, branch
                        from (select ticket_id, branch, state, received_at, serial_number, symptom
                                from intake.ticket
                               where ticket.customer_id = customer.customer_id
                               order by ticket_id desc
                               limit 20) recent
                       where recent.state not in ('closed', 'cancelled', 'merged')
                         and recent.received_at >= asked.since
                         and (recent.serial_number = asked.serial_number
                              or recent.symptom = asked.symptom))) alike
              where asked.caller_branch is null
                 or alike.branch = place.branch
                 or (select strpos(path, '/' || asked.caller_branch || '/') > 0
                       from intake.scope
                      where scope.branch = alike.branch)
              order by ticket_id desc) as duplicates
  from unnest($1::intake.request_marks[]) with ordinality
       as asked (branch, caller_branch, known_by, serial_number, channel, channel_ref, symptom,
                 since, number)
  left join intake.scope place
         on place.branch = asked.branch
        and (asked.caller_branch is null
             or strpos(place.path, '/' || asked.caller_branch || '/') > 0)
  left join intake.customer on customer.known_by = asked.known_by
  left join intake.unit on unit.serial_number = asked.serial_number
 order by asked.number
