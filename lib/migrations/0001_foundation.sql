-- oldest-compatible: 1
-- The first schema: accounts, conversations, memory, usage, jobs.
-- Times and ids always come from the application; no statement asks the database for them.

create extension if not exists vector;
create extension if not exists pg_trgm;

-- Roles. The login role owns nothing and may only take nova_user (one person's rows) or
-- nova_system (jobs and registration). nova_search owns the functions that read candidate lists.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['nova_user', 'nova_system', 'nova_search'] loop
    if not exists (select 1 from pg_roles where rolname = role_name) then
      execute format('create role %I nologin', role_name);
    end if;
    if not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to %I', role_name, current_user);
    end if;
  end loop;
end $$;

grant usage on schema public to nova_user, nova_system, nova_search;

-- Who is asking. An unset owner is null, which no row equals.
create function app_user_id() returns uuid language sql stable
  return nullif(current_setting('app.user_id', true), '')::uuid;
create function app_purpose() returns text language sql stable
  return nullif(current_setting('app.purpose', true), '');

-- Accounts ---------------------------------------------------------------------------------

create table users (
  id uuid primary key,
  email text not null check (char_length(email) <= 254),
  email_normalized text not null unique check (char_length(email_normalized) <= 254),
  display_name text not null check (char_length(display_name) between 1 and 100),
  handle text unique,
  role text not null default 'learner' check (role in ('learner', 'moderator', 'admin')),
  password_hash text not null check (password_hash <> ''),
  email_verified_at timestamptz,
  locale text not null default 'en',
  time_zone text not null default 'UTC',
  settings jsonb not null default '{}',
  plan text not null default 'free_trial' check (plan in ('free_trial', 'basic', 'pro')),
  subscription_status text not null default 'none'
    check (subscription_status in ('none', 'trialing', 'active', 'past_due', 'canceled')),
  trial_ends_at timestamptz not null,
  level integer not null default 1 check (level between 1 and 24),
  xp integer not null default 0 check (xp >= 0),
  onboarding_completed_at timestamptz,
  terms_version text not null,
  terms_accepted_at timestamptz not null,
  age_confirmed_at timestamptz not null,
  suspended_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table web_sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  token_hash bytea not null unique,
  user_agent text not null default '',
  address text not null default '',
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  proved_at timestamptz not null,
  expires_at timestamptz not null,
  ends_at timestamptz not null
);
create index web_sessions_by_user on web_sessions (user_id, last_used_at desc);

-- Conversations ----------------------------------------------------------------------------

create table chat_sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  title text check (char_length(title) <= 200),
  title_source text not null default 'auto' check (title_source in ('auto', 'user')),
  pinned boolean not null default false,
  archived_at timestamptz,
  project_id uuid,
  model text not null,
  temporary boolean not null default false,
  memory_mode text not null default 'on' check (memory_mode in ('on', 'read_only', 'off')),
  summary text,
  head_message_id uuid,
  message_count integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  unique (id, user_id)
);
create index chat_sessions_by_update on chat_sessions (user_id, updated_at desc, id desc);

create table messages (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  session_id uuid not null,
  parent_id uuid,
  turn_id uuid,
  role text not null check (role in ('user', 'assistant')),
  author text not null check (char_length(author) between 1 and 100),
  content text not null,
  status text not null
    check (status in ('streaming', 'complete', 'stopped', 'interrupted', 'refused', 'error')),
  model text,
  finish_reason text check (finish_reason in ('stop', 'length', 'quota', 'user', 'policy', 'host')),
  prompt_tokens integer check (prompt_tokens >= 0),
  completion_tokens integer check (completion_tokens >= 0),
  measured boolean,
  ttft_ms integer,
  latency_ms integer,
  verdict text check (verdict in ('allow', 'allow_with_care', 'transform', 'refuse', 'escalate')),
  policy_decision_id uuid,
  client_message_id uuid,
  edited_from uuid,
  remember boolean not null default true,
  feedback jsonb,
  created_at timestamptz not null,
  -- What recall searches: the own words, and the neighbouring turns with less weight. Both empty
  -- for a message that must not be found.
  search_text text not null default '',
  search_context text not null default '',
  -- The owner is a word of it, so that the index itself keeps to one person's rows. Kept in the row:
  -- ranking reads it for every row that shares a word.
  text_search tsvector storage main generated always as (
    case when search_text = '' then ''::tsvector else
      array_to_tsvector(array[user_id::text])
        || setweight(to_tsvector('english'::regconfig, search_text), 'A')
        || setweight(to_tsvector('english'::regconfig, search_context), 'D')
    end
  ) stored,
  unique (id, session_id, user_id),
  foreign key (session_id, user_id) references chat_sessions (id, user_id) on delete cascade,
  foreign key (parent_id, session_id, user_id) references messages (id, session_id, user_id)
    on delete cascade
);
create index messages_by_session on messages (session_id, created_at, id);
create index messages_by_parent on messages (parent_id);
create index messages_by_user on messages (user_id, created_at desc);
create index messages_by_author on messages (user_id, lower(split_part(author, ' ', 1)))
  where search_text <> '';
create index messages_text on messages using gin (text_search);
create index messages_trigrams on messages using gin (search_text gin_trgm_ops);

create table turns (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  session_id uuid not null,
  user_message_id uuid not null,
  assistant_message_id uuid not null,
  kind text not null check (kind in ('send', 'edit', 'regenerate', 'continue')),
  status text not null
    check (status in ('queued', 'streaming', 'complete', 'stopped', 'interrupted', 'refused', 'error')),
  model text not null,
  feature text not null default 'chat',
  reservation_id uuid,
  lease_owner uuid,
  lease_until timestamptz,
  stop_requested_at timestamptz,
  started_at timestamptz not null,
  ended_at timestamptz,
  error_code text,
  recall jsonb,
  policy jsonb not null default '[]',
  usage jsonb,
  -- A resend with the same id and content finds its first request (unique per scope: the
  -- conversation, or the user for a first message).
  idempotency_scope uuid not null,
  client_message_id uuid,
  request_hash text not null,
  correlation_id text,
  foreign key (session_id, user_id) references chat_sessions (id, user_id) on delete cascade,
  unique (id, user_id),
  unique (user_id, idempotency_scope, client_message_id)
);
create unique index turns_one_running on turns (session_id) where status in ('queued', 'streaming');
create index turns_by_user on turns (user_id, started_at desc);
create index turns_running on turns (lease_until) where status in ('queued', 'streaming');

create table policy_decisions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  turn_id uuid,
  stage text not null,
  verdict text not null
    check (verdict in ('allow', 'allow_with_care', 'transform', 'refuse', 'escalate')),
  categories text[] not null default '{}',
  rules jsonb not null default '[]',
  principles jsonb not null default '{}',
  alignment_score real,
  aligned boolean,
  policy_version integer not null,
  text_length integer not null,
  text_hash text not null,
  ms real not null,
  created_at timestamptz not null,
  foreign key (turn_id, user_id) references turns (id, user_id) on delete cascade
);
create index policy_decisions_by_turn on policy_decisions (turn_id);

create table receipts (
  message_id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  session_id uuid not null,
  weights_version integer not null,
  held_back integer not null default 0,
  degraded boolean not null default false,
  dropped jsonb not null default '[]',
  ms integer not null,
  created_at timestamptz not null,
  foreign key (message_id, session_id, user_id) references messages (id, session_id, user_id)
    on delete cascade
);

create table receipt_items (
  message_id uuid not null references receipts (message_id) on delete cascade,
  position integer not null,
  user_id uuid not null references users (id) on delete cascade,
  kind text not null check (kind in ('fact', 'turn')),
  memory_id uuid,
  source_message_id uuid,
  author text,
  tier text,
  text text not null,
  score real not null,
  parts jsonb not null,
  reasons text[] not null,
  said_at timestamptz not null,
  forgotten_at timestamptz,
  primary key (message_id, position)
);
create index receipt_items_by_memory on receipt_items (user_id, memory_id) where memory_id is not null;
create index receipt_items_by_source on receipt_items (user_id, source_message_id)
  where source_message_id is not null;

-- Memory -----------------------------------------------------------------------------------

create table memories (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  type text not null check (type in
    ('fact', 'preference', 'event', 'task', 'conversation', 'lesson', 'error', 'achievement')),
  tier text not null check (tier in ('itm', 'ltm')),
  source text not null check (source in ('first_hand', 'second_hand', 'inferred')),
  text text not null check (char_length(text) between 1 and 4000),
  quote text check (char_length(quote) <= 500),
  source_message_ids uuid[] not null default '{}',
  session_id uuid,
  subject text check (char_length(subject) <= 200),
  attribute text check (char_length(attribute) <= 200),
  value text check (char_length(value) <= 1000),
  confidence real not null check (confidence between 0 and 1),
  emotional_weight real not null default 0 check (emotional_weight between -1 and 1),
  outcome text not null default 'neutral' check (outcome in ('success', 'failure', 'neutral')),
  constitution_valid boolean not null,
  policy_decision_id uuid,
  tags text[] not null default '{}' check (cardinality(tags) <= 20),
  pinned boolean not null default false,
  anchor boolean not null default false,
  locked boolean not null default false,
  injection text not null default 'any_model'
    check (injection in ('any_model', 'local_models', 'never')),
  valid_from timestamptz not null,
  valid_to timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  superseded_by uuid references memories (id) on delete set null,
  superseded_at timestamptz,
  access_count integer not null default 0 check (access_count >= 0),
  last_accessed_at timestamptz,
  expires_at timestamptz,
  deleted_at timestamptz,
  purge_at timestamptz,
  bytes integer not null check (bytes >= 0),
  embedding halfvec({{EMBED_DIM}}),
  embedding_model text,
  text_search tsvector storage main generated always as (
    array_to_tsvector(array[user_id::text])
      || setweight(to_tsvector('english'::regconfig, text || ' ' || coalesce(subject, '') || ' '
        || coalesce(attribute, '') || ' ' || coalesce(value, '')), 'A')
      || setweight(to_tsvector('simple'::regconfig, text), 'B')
      || setweight(to_tsvector('english'::regconfig, coalesce(quote, '')), 'C')
  ) stored,
  unique (id, user_id),
  check (tier = 'ltm' or expires_at is not null)
);
create index memories_by_creation on memories (user_id, created_at desc, id desc);
create index memories_by_tier on memories (user_id, tier);
create index memories_by_slot on memories (user_id, subject, attribute)
  where superseded_at is null and deleted_at is null;
create index memories_anchors on memories (user_id) where anchor;
create index memories_due on memories (purge_at) where purge_at is not null;
create index memories_text on memories using gin (text_search);
create index memories_trigrams on memories using gin (text gin_trgm_ops);
create index memories_tags on memories using gin (tags);

create table memory_events (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  memory_id uuid not null,
  action text not null,
  actor text not null check (actor in ('user', 'extraction', 'distillation', 'import', 'admin')),
  before jsonb,
  after jsonb,
  reason text,
  created_at timestamptz not null
);
create index memory_events_by_memory on memory_events (user_id, memory_id, created_at);

create table memory_links (
  user_id uuid not null references users (id) on delete cascade,
  from_id uuid not null,
  to_id uuid not null,
  kind text not null check (kind in
    ('supports', 'contradicts', 'supersedes', 'derived_from', 'part_of', 'same_as', 'mentions')),
  weight real not null default 1,
  created_at timestamptz not null,
  primary key (from_id, to_id, kind),
  foreign key (from_id, user_id) references memories (id, user_id) on delete cascade,
  foreign key (to_id, user_id) references memories (id, user_id) on delete cascade
);

-- What was not saved and why; kept for 30 days.
create table memory_not_saved (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  session_id uuid,
  message_id uuid,
  reason text not null,
  text text not null default '',
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index memory_not_saved_by_user on memory_not_saved (user_id, created_at desc);

-- Keyed hashes of forgotten texts, so that no job brings them back.
create table memory_tombstones (
  user_id uuid not null references users (id) on delete cascade,
  text_hash bytea not null,
  created_at timestamptz not null,
  primary key (user_id, text_hash)
);

-- Usage ------------------------------------------------------------------------------------

create table usage_ledger (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  sequence bigint not null check (sequence > 0),
  resource text not null check (resource in
    ('llm_tokens', 'messages', 'memory_storage', 'agent_minutes', 'system_tokens')),
  amount bigint not null check (amount >= 0 or resource = 'memory_storage' or kind = 'adjustment'),
  kind text not null check (kind in ('usage', 'adjustment')),
  operation_id uuid not null,
  day_utc date not null,
  occurred_at timestamptz not null,
  metadata jsonb not null default '{}',
  prev_hash text not null,
  hash text not null,
  unique (user_id, sequence),
  unique (operation_id, resource, kind)
);
create index usage_ledger_by_day on usage_ledger (user_id, day_utc, resource);
create index usage_ledger_by_resource on usage_ledger (resource, occurred_at desc);

create table usage_chain_heads (
  user_id uuid primary key references users (id) on delete cascade,
  sequence bigint not null,
  hash text not null
);

create table usage_daily (
  user_id uuid not null references users (id) on delete cascade,
  day_utc date not null,
  resource text not null,
  used bigint not null default 0,
  reserved bigint not null default 0 check (reserved >= 0),
  primary key (user_id, day_utc, resource)
);

create table usage_reservations (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  operation_id uuid not null unique,
  day_utc date not null,
  tokens bigint not null check (tokens >= 0),
  messages bigint not null check (messages >= 0),
  state text not null check (state in ('open', 'settled', 'released')),
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index usage_reservations_open on usage_reservations (expires_at) where state = 'open';
create index usage_reservations_by_user on usage_reservations (user_id) where state = 'open';

-- Jobs: a row is the job; whoever needs work done writes one in its own transaction ------------

create table jobs (
  id uuid primary key,
  kind text not null,
  user_id uuid references users (id) on delete cascade,
  key text not null unique,
  state text not null check (state in ('queued', 'running', 'done', 'retrying', 'dead')),
  payload jsonb not null default '{}',
  attempts integer not null default 0,
  run_after timestamptz not null,
  lease_owner uuid,
  lease_until timestamptz,
  last_error text,
  correlation_id text,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index jobs_due on jobs (run_after) where state in ('queued', 'retrying');
create index jobs_running on jobs (lease_until) where state = 'running';

-- A scheduled job runs once per slot, whichever process comes first.
create table cron_slots (
  job text not null,
  slot timestamptz not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (job, slot)
);

-- What the operator's command line changed.
create table operator_audit (
  id uuid primary key,
  at timestamptz not null,
  event text not null,
  actor text not null,
  target uuid,
  details jsonb not null default '{}'
);

-- Row-level security: every table that names an owner, forced for everyone ---------------------

do $$
declare
  name text;
begin
  foreach name in array array[
    'web_sessions', 'chat_sessions', 'messages', 'turns', 'policy_decisions', 'receipts',
    'receipt_items', 'memories', 'memory_events', 'memory_links', 'memory_not_saved',
    'memory_tombstones', 'usage_ledger', 'usage_chain_heads', 'usage_daily',
    'usage_reservations', 'jobs'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy own_rows on %I to nova_user
      using (user_id = app_user_id()) with check (user_id = app_user_id())', name);
    execute format('create policy named_purpose on %I to nova_system
      using (app_purpose() is not null) with check (app_purpose() is not null)', name);
    execute format('grant select, insert, update, delete on %I to nova_user, nova_system', name);
  end loop;
end $$;

alter table users enable row level security;
alter table users force row level security;
create policy own_row on users to nova_user
  using (id = app_user_id()) with check (id = app_user_id());
create policy named_purpose on users to nova_system
  using (app_purpose() is not null) with check (app_purpose() is not null);
grant select, update on users to nova_user;
grant select, insert, update, delete on users to nova_system;

alter table cron_slots enable row level security;
alter table cron_slots force row level security;
create policy named_purpose on cron_slots to nova_system
  using (app_purpose() is not null) with check (app_purpose() is not null);
grant select, insert, update, delete on cron_slots to nova_system;
alter table operator_audit enable row level security;
alter table operator_audit force row level security;
create policy named_purpose on operator_audit to nova_system
  using (app_purpose() is not null) with check (app_purpose() is not null);
grant select, insert on operator_audit to nova_system;

-- Append-only: nobody but the owner role could change these, and the product is never the owner.
revoke update, delete on usage_ledger, memory_events, policy_decisions from nova_user, nova_system;
-- People reach jobs only by writing one.
revoke update, delete on jobs from nova_user;

-- Candidate lists of recall --------------------------------------------------------------------
-- Under a filtering policy the planner does not use the text indexes, so these run as a role that
-- sees every row and filter by the asking user themselves. They take no owner as argument.

grant select on memories, messages, chat_sessions to nova_search;
create policy search_all on memories for select to nova_search using (true);
create policy search_all on messages for select to nova_search using (true);
create policy search_all on chat_sessions for select to nova_search using (true);

-- Loads the library of trigrams, whose setting the functions below may only name when it is known.
do $$ begin perform similarity('', ''); end $$;

-- A question's words as one search: any of them.
create function any_word(config regconfig, words text[]) returns tsquery language sql immutable
set search_path = pg_catalog, pg_temp as $$
  select to_tsquery(config, '''' || array_to_string(words, '''|''') || '''')
  where cardinality(words) > 0
$$;

-- The same among the rows of one owner.
create function owned(owner uuid, query tsquery) returns tsquery language sql immutable
set search_path = pg_catalog, pg_temp as $$
  select ('''' || owner || '''')::tsquery && query
$$;

-- words: what the question is about, lower case. spelled: those of them that may be misspelled;
-- only the ones that the owner never wrote are looked for by their letters.
-- vector_last: ask the vectors only when no word was found.
-- Ranks count neighbouring turns (D) half as much as a row's own words (A).
-- "is not distinct from" filters like "=", but keeps the planner on the text index: reading all
-- rows of an owner looks cheaper to it than it is.
create function memory_candidates(
  words text[], spelled text[], query_vector halfvec, query_model text, vector_last boolean,
  at timestamptz, include_past boolean
) returns table (id uuid, list text, place bigint, value real)
language plpgsql stable security definer rows 100
set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan
set pg_trgm.word_similarity_threshold = 0.5 as $$
#variable_conflict use_column
declare
  me uuid := app_user_id();
  query tsquery := any_word('english', words) || any_word('simple', words);
  strange text[];
begin
  if me is null then return; end if;
  strange := array(
    select w from unnest(spelled) as w
    where not exists (
      select from memories m
      where m.text_search @@ owned(me, any_word('english', array[w])) and m.user_id is not distinct from me
    ) limit 4);
  return query
  with mine as not materialized (
    select m.* from memories m
    where m.deleted_at is null and m.injection <> 'never'
      and (m.expires_at is null or m.expires_at > at)
      and (include_past or (m.superseded_at is null and (m.valid_to is null or m.valid_to > at)))
  ),
  full_text as materialized (
    select m.id, ts_rank('{0.5, 0.4, 0.4, 1}', m.text_search, query) as value from mine m
    where m.text_search @@ owned(me, query) and m.user_id is not distinct from me
    order by value desc, m.id limit 50
  ),
  trigram as (
    select near.id, max(near.value) as value from unnest(strange) as w cross join lateral (
      select m.id, word_similarity(w, m.text) as value from mine m
      where w <% m.text and m.user_id is not distinct from me
      order by value desc, m.id limit 20
    ) as near
    group by near.id order by value desc, near.id limit 20
  ),
  slot as (
    select m.id, 1::real as value from mine m
    where m.user_id = me and m.tags && words order by m.id limit 20
  ),
  nearest as (
    select m.id, (1 - (m.embedding <=> query_vector))::real as value from mine m
    where m.user_id = me and query_vector is not null and m.embedding_model = query_model
      and not (vector_last and exists (select from full_text))
    order by (m.embedding <=> query_vector) + 0, m.id limit 50
  ),
  recent as (
    select m.id, 0::real as value from mine m
    where m.user_id = me order by m.created_at desc, m.id desc limit 10
  ),
  anchors as (
    select m.id, 0::real as value from mine m where m.user_id = me and m.anchor
    order by m.id limit 12
  )
  select f.id, 'full_text', row_number() over (order by f.value desc, f.id), f.value from full_text f
  union all select t.id, 'trigram', row_number() over (order by t.value desc, t.id), t.value from trigram t
  union all select s.id, 'slot', row_number() over (order by s.id), s.value from slot s
  union all select n.id, 'vector', row_number() over (order by n.value desc, n.id), n.value from nearest n
  union all select r.id, 'recent', row_number() over (), r.value from recent r
  union all select a.id, 'anchor', row_number() over (), a.value from anchors a;
end $$;

-- Turns have no vectors, so words get the places of both lists.
create function turn_candidates(words text[], spelled text[], without uuid[])
returns table (id uuid, list text, place bigint, value real)
language plpgsql stable security definer rows 100
set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan
set pg_trgm.word_similarity_threshold = 0.5 as $$
#variable_conflict use_column
declare
  me uuid := app_user_id();
  query tsquery;
  strange text[];
begin
  if me is null then return; end if;
  -- A speaker's name stands in every other row: it orders what was found, but finds nothing.
  query := any_word('english', array(
    select w from unnest(words) as w
    where not exists (
      select from messages m
      where m.user_id = me and lower(split_part(m.author, ' ', 1)) = w and m.search_text <> ''
    )));
  if query is null then query := any_word('english', words); end if;
  strange := array(
    select w from unnest(spelled) as w
    where not exists (
      select from messages m
      where m.text_search @@ owned(me, any_word('english', array[w])) and m.user_id is not distinct from me
    ) limit 4);
  return query
  with full_text as (
    select m.id, ts_rank('{0.5, 0.4, 0.4, 1}', m.text_search, query) as value from messages m
    where m.text_search @@ owned(me, query) and m.user_id is not distinct from me
      and m.id <> all (without)
    order by value desc, m.id limit 100
  ),
  trigram as (
    select near.id, max(near.value) as value from unnest(strange) as w cross join lateral (
      select m.id, word_similarity(w, m.search_text) as value from messages m
      where w <% m.search_text and m.user_id is not distinct from me and m.id <> all (without)
      order by value desc, m.id limit 20
    ) as near
    group by near.id order by value desc, near.id limit 20
  )
  select f.id, 'full_text', row_number() over (order by f.value desc, f.id), f.value from full_text f
  union all select t.id, 'trigram', row_number() over (order by t.value desc, t.id), t.value from trigram t;
end $$;

-- The owner needs create on the schema for the change of ownership alone.
grant create on schema public to nova_search;
alter function memory_candidates(text[], text[], halfvec, text, boolean, timestamptz, boolean) owner to nova_search;
alter function turn_candidates(text[], text[], uuid[]) owner to nova_search;
revoke create on schema public from nova_search;
revoke execute on function memory_candidates(text[], text[], halfvec, text, boolean, timestamptz, boolean) from public;
revoke execute on function turn_candidates(text[], text[], uuid[]) from public;
grant execute on function memory_candidates(text[], text[], halfvec, text, boolean, timestamptz, boolean) to nova_user;
grant execute on function turn_candidates(text[], text[], uuid[]) to nova_user;
