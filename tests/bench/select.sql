\set number random(1, :tickets)
select ticket_id, state, branch, kind, contact_name, contact_phone, description
  from ticket
 where ticket_id = :number;
