-- Old tickets straight into intake's schema, numbered from first to last: nine of ten are closed.
with customers as (
    insert into intake.customer (customer_id, known_by, name, phone, first_seen_at)
    select n, 'tel:+86139' || n, '王芳', '+86139' || n, clock_timestamp()
      from generate_series(%(first)s::bigint, %(last)s::bigint) n
     where n %% 10 = 0 or n = %(first)s::bigint
    returning customer_id)
insert into intake.ticket (ticket_id, version, state, branch, kind, channel, channel_ref,
                           customer_id, contact_name, contact_phone, product_model, symptom,
                           description, impact, urgency, priority, received_at, recorded_at,
                           updated_at, acknowledged_at, resolved_at, closed_at, cause, solution,
                           summary)
select n, 9, case when n %% 10 = 9 then 'registered' else 'closed' end, 'hangzhou-xihu',
       case when n %% 3 = 0 then 'repair' else 'consult' end, 'phone', 'old-' || n,
       greatest(n / 10 * 10, %(first)s::bigint), '王芳', '+8613800138000', 'BX-200', 'not_heating',
       '通电后不加热', 'high', 'high', 'critical', at, at, at, at, at, at, '加热管老化',
       '更换加热管', '已修复'
  from generate_series(%(first)s::bigint, %(last)s::bigint) n,
       lateral (select clock_timestamp() - interval '1 minute' * (1000000 - n %% 1000000) as at) then_
