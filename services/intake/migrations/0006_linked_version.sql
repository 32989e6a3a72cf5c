-- What is linked to a ticket makes no new version of it, but has to show.
alter table intake.ticket add column linked_version bigint;

comment on column intake.ticket.linked_version is
    'Its version when a job, return or complaint was last linked: until the next it tells less.';
