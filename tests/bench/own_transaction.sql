begin;
insert into bench.ticket (ticket_id, version, state, branch, kind, channel, channel_ref, customer_id,
                          contact_name, contact_phone, contact_address, unit_id, product_model,
                          serial_number, symptom, description, impact, urgency, priority,
                          service_mode, received_at, recorded_at, updated_at)
values (nextval('bench.ticket_number'), 1, 'registered', 'hangzhou-xihu', 'consult', 'phone',
        'call-' || currval('bench.ticket_number'), currval('bench.ticket_number'), '王芳',
        '+8613800138000', '杭州市西湖区文三路 1 号', currval('bench.ticket_number'), 'BX-200',
        'BX200-' || currval('bench.ticket_number'), 'not_heating', '通电后不加热', 'high', 'high',
        'critical', 'onsite', now(), now(), now());
insert into bench.event (id, recorded_at, type, subject, record, hash)
values (nextval('bench.event_number'), now(), 'intake.TicketRegistered',
        'T' || currval('bench.ticket_number'), decode(repeat('ab', 444), 'hex'),
        decode(repeat('ab', 32), 'hex'));
insert into bench.answer (key, recorded_at, digest, header, body)
values ('bench-' || nextval('bench.key_number'), now(), decode(repeat('ab', 32), 'hex'),
        decode(repeat('ab', 76), 'hex'), decode(repeat('ab', 302), 'hex'));
commit;
