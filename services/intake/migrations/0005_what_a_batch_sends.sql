-- Rows as a batch of registrations sends them: one array is cheaper to read than one per column.

-- By what a request is recognised.
create type intake.request_marks as (
    branch        text,
    caller_branch text,
    known_by      text,
    serial_number text,
    channel       text,
    channel_ref   text,
    symptom       text,
    since         timestamptz
);

-- A ticket in its first version, and whether its customer and unit are, too.
create type intake.registration as (
    ticket_id           bigint,
    state               text,
    branch              text,
    kind                text,
    channel             text,
    channel_ref         text,
    customer_id         bigint,
    customer_is_new     boolean,
    known_by            text,
    contact_name        text,
    contact_phone       text,
    contact_email       text,
    contact_address     text,
    unit_id             bigint,
    unit_is_new         boolean,
    product_model       text,
    serial_number       text,
    purchased_on        date,
    symptom             text,
    description         text,
    impact              text,
    urgency             text,
    priority            text,
    service_mode        text,
    assignee            text,
    team                text,
    received_at         timestamptz,
    recorded_at         timestamptz,
    possible_duplicates bigint[]
);
