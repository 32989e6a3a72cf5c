-- Who bought, and what: found again by how they are reached, and by serial number.
create table intake.customer (
    customer_id   bigint      primary key,
    known_by      text        unique,
    name          text        not null,
    phone         text,
    email         text,
    address       text,
    first_seen_at timestamptz not null
);

comment on table intake.customer is 'A person or firm, as they were first met.';
comment on column intake.customer.known_by is
    'tel:+8613800138000, or mailto: where no telephone was given; null: cannot be found again.';

create table intake.unit (
    unit_id       bigint      primary key,
    serial_number text        not null unique,
    product_model text,
    purchased_on  date,
    first_seen_at timestamptz not null
);

comment on table intake.unit is 'One sold thing with a serial number.';
