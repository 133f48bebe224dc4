-- oldest-compatible: 1
-- Accounts: devices, tokens of API clients, links in mails, second factors, personal keys, signing
-- keys, the security log, exports and deletion.

alter table users
  add column bio text not null default '' check (char_length(bio) <= 280),
  add column two_factor_at timestamptz,
  add column suspended_until timestamptz,
  add column suspended_reason text check (char_length(suspended_reason) <= 500),
  add column deletion_requested_at timestamptz,
  add column delete_after timestamptz,
  add column last_sign_in_at timestamptz,
  add column inactivity_notice_at timestamptz,
  add column restricted_until timestamptz;
create index users_to_delete on users (delete_after) where delete_after is not null;
create index users_by_creation on users (created_at desc, id desc);

-- A session's value changes at step-up and after a change of role; the former one works for ten
-- seconds more, with the rights it had.
alter table web_sessions
  add column device_id uuid,
  add column previous_hash bytea,
  add column previous_until timestamptz,
  add column previous_proved_at timestamptz,
  add column previous_role text,
  add column renew_role text;
create index web_sessions_by_previous on web_sessions (previous_hash) where previous_hash is not null;

-- Devices that signed in before, known by a signed cookie or by the id an API client sends.
create table known_devices (
  user_id uuid not null references users (id) on delete cascade,
  device_id uuid not null,
  name text not null default '',
  first_used_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (user_id, device_id)
);

-- A sign-in of an API client: one family of refresh tokens, each used once.
create table token_families (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  device_id uuid,
  device_name text not null default '' check (char_length(device_name) <= 100),
  user_agent text not null default '',
  address text not null default '',
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  proved_at timestamptz not null,
  expires_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  unique (id, user_id)
);
create index token_families_by_user on token_families (user_id, last_used_at desc);

create table refresh_tokens (
  token_hash bytea primary key,
  user_id uuid not null references users (id) on delete cascade,
  family_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  rotated_at timestamptz,
  -- The one further token that a lost answer may cost has been given.
  grace_used boolean not null default false,
  foreign key (family_id, user_id) references token_families (id, user_id) on delete cascade
);
create index refresh_tokens_by_family on refresh_tokens (family_id);

-- Secrets of links in mails: only their hash is kept, each works once.
create table account_links (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  purpose text not null
    check (purpose in ('verify_email', 'reset_password', 'email_change', 'email_undo', 'end_device')),
  token_hash bytea not null unique,
  -- What the link is about: an address it changes to or back to, or a device it ends.
  target text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  voided_at timestamptz
);
create index account_links_by_user on account_links (user_id, purpose);

-- Second factors. More kinds can follow without another table.
create table second_factors (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  kind text not null check (kind in ('totp', 'passkey')),
  name text not null default '',
  -- Sealed with a key derived from the app secret.
  secret bytea not null,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  -- The last time step whose code was accepted: none is accepted twice.
  last_step bigint,
  last_used_at timestamptz
);
create index second_factors_by_user on second_factors (user_id);

create table backup_codes (
  user_id uuid not null references users (id) on delete cascade,
  code_hash bytea not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

-- A password was right and the second factor is still to come.
create table login_challenges (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index login_challenges_by_user on login_challenges (user_id);

-- Wrong codes per account, over all challenges: five lock the step.
create table two_factor_failures (
  user_id uuid primary key references users (id) on delete cascade,
  failures integer not null default 0,
  window_from timestamptz not null,
  locked_until timestamptz
);

create table api_keys (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 100),
  prefix text not null unique check (char_length(prefix) = 8),
  secret_hash bytea not null,
  scopes text[] not null check (cardinality(scopes) > 0),
  daily_tokens bigint check (daily_tokens > 0),
  -- Addresses or networks it works from; empty for anywhere.
  origins text[] not null default '{}',
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  -- The secret before the last rotation, until its overlap ends.
  previous_prefix text unique,
  previous_hash bytea,
  previous_until timestamptz,
  previous_last_used_at timestamptz,
  paused_at timestamptz,
  revoked_at timestamptz,
  notice_sent_at timestamptz
);
create index api_keys_by_user on api_keys (user_id, created_at desc);

-- Access somebody grants to support for a case, and takes back.
create table support_grants (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  scope text not null check (scope in ('conversations', 'memories', 'all')),
  reason text not null check (char_length(reason) between 1 and 500),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index support_grants_by_user on support_grants (user_id, created_at desc);

create table account_exports (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  state text not null check (state in ('queued', 'running', 'ready', 'failed')),
  created_at timestamptz not null,
  ready_at timestamptz,
  expires_at timestamptz,
  bytes bigint,
  unique (id, user_id)
);
create index account_exports_by_user on account_exports (user_id, created_at desc);

create table account_export_parts (
  export_id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  position integer not null,
  bytes bytea not null,
  primary key (export_id, position),
  foreign key (export_id, user_id) references account_exports (id, user_id) on delete cascade
);

-- Keys that sign tokens. Private halves are sealed with a key derived from the app secret.
create table signing_keys (
  kid text primary key,
  use text not null check (use in ('user', 'service')),
  state text not null check (state in ('next', 'active', 'previous')),
  public_key jsonb not null,
  private_key bytea not null,
  created_at timestamptz not null,
  activated_at timestamptz,
  retired_at timestamptz,
  -- Until when what it signed still counts.
  verify_until timestamptz
);
create unique index signing_keys_one_active on signing_keys (use) where state = 'active';
create unique index signing_keys_one_next on signing_keys (use) where state = 'next';

-- Service tokens that no longer count: one by its id, or all of a service issued before a time.
create table service_revocations (
  id uuid primary key,
  service text not null,
  token_id text,
  issued_before timestamptz,
  created_at timestamptz not null,
  keep_until timestamptz not null,
  check ((token_id is null) <> (issued_before is null))
);

-- The security log. The chain of a category covers references that are keyed hashes of ids, so that
-- addresses can be dropped and people erased without breaking it.
create table security_audit_log (
  id uuid primary key,
  category text not null check (category in
    ('authentication', 'authorization', 'data_access', 'security', 'billing', 'admin')),
  sequence bigint not null,
  at timestamptz not null,
  event text not null,
  severity text not null check (severity in ('low', 'medium', 'high', 'critical')),
  result text not null,
  actor_kind text not null check (actor_kind in ('user', 'admin', 'host', 'service', 'system', 'anonymous')),
  actor_id uuid references users (id) on delete set null,
  actor_ref text,
  user_id uuid references users (id) on delete set null,
  user_ref text,
  address text,
  user_agent text,
  correlation_id text,
  response text,
  details jsonb not null default '{}',
  prev_hash text not null,
  hash text not null,
  unique (category, sequence)
);
create index security_audit_by_user on security_audit_log (user_id, at desc);
create index security_audit_by_actor on security_audit_log (actor_id, at desc);
create index security_audit_by_time on security_audit_log (at desc);

create table security_audit_heads (
  category text primary key,
  sequence bigint not null,
  hash text not null,
  -- The last entry that retention removed: checking begins behind it.
  trimmed_sequence bigint not null default 0,
  trimmed_hash text not null default ''
);
insert into security_audit_heads (category, sequence, hash) values
  ('authentication', 0, ''), ('authorization', 0, ''), ('data_access', 0, ''),
  ('security', 0, ''), ('billing', 0, ''), ('admin', 0, '');

-- Accepted uses of service tokens, by minute and route.
create table service_uses (
  service text not null,
  minute timestamptz not null,
  route text not null,
  scope text not null,
  uses integer not null,
  primary key (service, minute, route, scope)
);

-- What is left of accounts that were erased: nothing that says whose they were.
create table erased_accounts (
  user_ref text primary key,
  erased_at timestamptz not null,
  receipt jsonb
);

create table usage_ledger_archive (
  id uuid primary key,
  account uuid not null,
  resource text not null,
  amount bigint not null,
  kind text not null,
  day_utc date not null,
  feature text,
  model text,
  last_hash text not null
);
create index usage_ledger_archive_by_day on usage_ledger_archive (day_utc, resource);

-- Row-level security ------------------------------------------------------------------------

do $$
declare
  name text;
begin
  foreach name in array array[
    'known_devices', 'token_families', 'refresh_tokens', 'account_links', 'second_factors',
    'backup_codes', 'login_challenges', 'two_factor_failures', 'api_keys', 'support_grants',
    'account_exports', 'account_export_parts', 'security_audit_log'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy own_rows on %I to nova_user
      using (user_id = app_user_id()) with check (user_id = app_user_id())', name);
    execute format('create policy named_purpose on %I to nova_system
      using (app_purpose() is not null) with check (app_purpose() is not null)', name);
    execute format('grant select, insert, update, delete on %I to nova_user, nova_system', name);
  end loop;
  foreach name in array array[
    'signing_keys', 'service_revocations', 'security_audit_heads', 'service_uses',
    'erased_accounts', 'usage_ledger_archive'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy named_purpose on %I to nova_system
      using (app_purpose() is not null) with check (app_purpose() is not null)', name);
    execute format('grant select, insert, update, delete on %I to nova_system', name);
  end loop;
end $$;

-- People read their history and write nothing of it; the system adds to it and drops addresses.
-- Only the purpose of retention may remove entries.
revoke insert, update, delete on security_audit_log from nova_user;
revoke update on security_audit_log from nova_system;
grant update (address, user_agent) on security_audit_log to nova_system;
create policy retention_only on security_audit_log as restrictive for delete to nova_system
  using (app_purpose() = 'accounts: retention');
revoke update, delete on usage_ledger_archive from nova_system;
-- The log of former commands keeps no id of an account that was erased.
grant update (target) on operator_audit to nova_system;
