-- Work that is still under way when its ticket closes ends with its verification.
alter table dispatch.job add column ticket_closed boolean not null default false;
comment on column dispatch.job.ticket_closed is
    'The ticket is closed: whoever verifies the work closes the job with it.';
