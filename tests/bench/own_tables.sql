-- A ticket, its event and its idempotency key as the house writes them: columns, checks, indexes.
-- The house writes two rows more, a new customer and a new unit, which pgbench here does not.
create schema bench;
create table bench.ticket (like intake.ticket including all);
create table bench.event (like intake.event including all) partition by range (recorded_at);
create table bench.event_ever partition of bench.event default;
create table bench.answer (like intake.answer including all) partition by range (recorded_at);
create table bench.answer_ever partition of bench.answer default;
create sequence bench.ticket_number;
create sequence bench.event_number;
create sequence bench.key_number;
