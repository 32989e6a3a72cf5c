-- Where a unit was first met: what is known of it concerns those who see that branch.
alter table intake.unit add column branch text;

update intake.unit
   set branch = first_met.branch
  from (select distinct on (unit_id) unit_id, branch
          from intake.ticket
         where unit_id is not null
         order by unit_id, ticket_id) first_met
 where first_met.unit_id = unit.unit_id;

comment on column intake.unit.branch is
    'Where it was first met; who does not see that branch is told its number only.';
