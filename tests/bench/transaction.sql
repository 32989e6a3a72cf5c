begin;
insert into ticket (ticket_id, state, branch, kind, contact_name, contact_phone, description)
values (nextval('ticket_number'), 'registered', 'hangzhou-xihu', 'consult', '王芳',
        '+8613800138000', '通电后不加热');
insert into event (id, recorded_at, type, subject, record)
values (nextval('event_number'), clock_timestamp(), 'intake.TicketRegistered', 'T10002347',
        decode(repeat('ab', 444), 'hex'));
insert into answer (key, recorded_at, body)
values ('bench-' || nextval('key_number'), clock_timestamp(), decode(repeat('ab', 410), 'hex'));
commit;
