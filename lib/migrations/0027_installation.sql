-- oldest-compatible: 1
-- What an installation was started with the last time, so that a change of it can be told and logged.

create table installation_facts (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null
);
alter table installation_facts enable row level security;
alter table installation_facts force row level security;
create policy named_purpose on installation_facts to nova_system
  using (app_purpose() is not null) with check (app_purpose() is not null);
grant select, insert, update on installation_facts to nova_system;

-- Which schema it is, on the embedded database as well.
grant select on schema_migrations to nova_system;
