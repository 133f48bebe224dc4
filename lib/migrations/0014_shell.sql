-- oldest-compatible: 4
-- Notices in the product, and the first steps of a person.

-- A notice that was put away stays as a row: it is what keeps its cause from being told again.
alter table notices add column hidden_at timestamptz;
create index notices_unread on notices (user_id) where read_at is null and hidden_at is null;

-- How far somebody came with the first steps, on whichever device; a missing row has not begun.
create table onboarding (
  user_id uuid primary key references users (id) on delete cascade,
  -- Version of the tour that was last begun.
  version integer not null,
  -- The step that is shown next, and those that were gone through.
  step text not null,
  done text[] not null default '{}' check (cardinality(done) <= 40),
  -- Tips that were put away.
  tips text[] not null default '{}' check (cardinality(tips) <= 100),
  started_at timestamptz not null,
  skipped_at timestamptz,
  completed_at timestamptz,
  updated_at timestamptz not null
);

alter table onboarding enable row level security;
alter table onboarding force row level security;
create policy own_rows on onboarding to nova_user
  using (user_id = app_user_id()) with check (user_id = app_user_id());
create policy named_purpose on onboarding to nova_system
  using (app_purpose() is not null) with check (app_purpose() is not null);
grant select, insert, update on onboarding to nova_user;
grant select, insert, update, delete on onboarding to nova_system;
