-- oldest-compatible: 1
-- What memory asks its owner, how far it may go by itself, and a past that can be looked at.

-- How far memory may go by itself; a missing row stands for the defaults. `version` rises with every
-- change of what a search can find, so that no kept result is ever stale.
create table memory_settings (
  user_id uuid primary key references users (id) on delete cascade,
  automatic text not null default 'on' check (automatic in ('on', 'proposals', 'off')),
  allowed text[] not null default '{}' check (cardinality(allowed) <= 20),
  paused_until timestamptz,
  version bigint not null default 0,
  updated_at timestamptz not null
);

-- What may be saved when its owner agrees; open ones end after 14 days.
create table memory_proposals (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  session_id uuid,
  message_id uuid,
  op text not null check (op in ('save', 'forget', 'merge')),
  fact jsonb not null,
  -- Facts that it would replace, forget or merge.
  affects uuid[] not null default '{}',
  reason text,
  -- The words are not the owner's own typing.
  shield boolean not null default false,
  fingerprint bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  unique (user_id, fingerprint)
);
create index memory_proposals_by_user on memory_proposals (user_id, created_at desc);
create index memory_proposals_due on memory_proposals (expires_at);
create index memory_proposals_by_message on memory_proposals (user_id, message_id);

-- What was not saved can be saved after all; of credentials nothing is kept.
alter table memory_not_saved add column fact jsonb;
create index memory_not_saved_due on memory_not_saved (expires_at);
create index memory_not_saved_by_message on memory_not_saved (user_id, message_id);

-- Two facts that cannot both be true, until the owner says which is.
create table memory_contradictions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  older_id uuid not null,
  newer_id uuid not null,
  state text not null default 'open' check (state in ('open', 'resolved')),
  answer text check (answer in ('keep_new', 'keep_old', 'both_true', 'neither')),
  created_at timestamptz not null,
  resolved_at timestamptz,
  unique (older_id, newer_id),
  foreign key (older_id, user_id) references memories (id, user_id) on delete cascade,
  foreign key (newer_id, user_id) references memories (id, user_id) on delete cascade
);
create index memory_contradictions_open on memory_contradictions (user_id) where state = 'open';

do $$
declare
  name text;
begin
  foreach name in array array['memory_settings', 'memory_proposals', 'memory_contradictions'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy own_rows on %I to nova_user
      using (user_id = app_user_id()) with check (user_id = app_user_id())', name);
    execute format('create policy named_purpose on %I to nova_system
      using (app_purpose() is not null) with check (app_purpose() is not null)', name);
    execute format('grant select, insert, update, delete on %I to nova_user, nova_system', name);
  end loop;
end $$;

-- The history holds texts: whatever erases a fact for good erases them too. Nobody else may.
delete from memory_events e where not exists (select from memories m where m.id = e.memory_id);
alter table memory_events add foreign key (memory_id, user_id)
  references memories (id, user_id) on delete cascade;
-- What was believed at a time, and the line of time.
create index memory_events_by_time on memory_events (user_id, created_at, id);

-- Facts of the intermediate tier that have ended, without a date for their purge yet.
create index memories_ending on memories (expires_at) where tier = 'itm' and purge_at is null;
create index memories_by_source on memories using gin (source_message_ids);
create index memory_links_by_user on memory_links (user_id, from_id);
create index memory_links_to on memory_links (to_id);
