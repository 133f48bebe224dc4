-- oldest-compatible: 1
-- Usage in few statements, and plans that people can pay for.

-- Usage ------------------------------------------------------------------------------------

-- Appends entries to a person's chain. Entries of an operation that was written before are left
-- out. The head is locked, so that entries of parallel operations queue up instead of forking it.
--
-- occurred: ISO 8601 UTC with milliseconds, as the hash covers it.
-- entries: [{"id", "resource", "amount", "metadata"}], metadata being its JSON as text, keys sorted.
-- Returns the resources written now. The text under the hash is that of lib/usage/ledger.ts.
create function usage_append(
  owner uuid, operation uuid, entry_kind text, day date, occurred text, entries jsonb
) returns text[] language plpgsql volatile as $$
declare
  head usage_chain_heads;
  written text[] := '{}';
  entry record;
  next_hash text;
begin
  select * into head from usage_chain_heads where user_id = owner for update;
  if not found then
    insert into usage_chain_heads (user_id, sequence, hash) values (owner, 0, repeat('0', 64))
      on conflict do nothing;
    select * into head from usage_chain_heads where user_id = owner for update;
  end if;
  for entry in
    select e.id, e.resource, e.amount, e.metadata
    from jsonb_to_recordset(entries) as e(id uuid, resource text, amount bigint, metadata text)
  loop
    next_hash := encode(sha256(convert_to(
      '[1,"' || head.hash || '","' || owner || '",' || head.sequence + 1 || ',"' || entry.id || '","'
        || entry.resource || '",' || entry.amount || ',"' || entry_kind || '","' || operation
        || '","' || day || '","' || occurred || '",' || to_json(entry.metadata) || ']',
      'UTF8')), 'hex');
    insert into usage_ledger (id, user_id, sequence, resource, amount, kind, operation_id, day_utc,
        occurred_at, metadata, prev_hash, hash)
      values (entry.id, owner, head.sequence + 1, entry.resource, entry.amount, entry_kind, operation,
        day, occurred::timestamptz, entry.metadata::jsonb, head.hash, next_hash)
      on conflict (operation_id, resource, kind) do nothing;
    continue when not found;
    head.sequence := head.sequence + 1;
    head.hash := next_hash;
    written := written || entry.resource;
  end loop;
  if written <> '{}' then
    update usage_chain_heads set sequence = head.sequence, hash = head.hash where user_id = owner;
  end if;
  return written;
end $$;

-- Appends entries and adds them to the day's balance. Returns the resources written now.
create function usage_record(
  owner uuid, operation uuid, entry_kind text, day date, occurred text, entries jsonb
) returns text[] language plpgsql volatile as $$
declare
  written text[] := usage_append(owner, operation, entry_kind, day, occurred, entries);
begin
  insert into usage_daily as d (user_id, day_utc, resource, used)
    select owner, day, e.resource, e.amount
    from jsonb_to_recordset(entries) as e(resource text, amount bigint)
    where e.resource = any(written) order by e.resource
    on conflict (user_id, day_utc, resource) do update set used = d.used + excluded.used;
  return written;
end $$;

-- Holds one message and the tokens of a turn: each by one conditional statement, so that any number
-- of callers at once never overspend (USE-20). Where the wanted answer does not fit, it shrinks to
-- what is left, down to least_answer. A limit of null is none.
--
-- Returns one row: the refusing resource with its balance, or null and the tokens of the answer.
create function usage_reserve(
  owner uuid, reservation uuid, operation uuid, day date,
  prompt bigint, answer bigint, least_answer bigint, token_limit bigint, message_limit bigint,
  held_at timestamptz, held_until timestamptz,
  out refused text, out answer_cap bigint, out used_now bigint, out reserved_now bigint
) language plpgsql volatile as $$
begin
  insert into usage_daily as d (user_id, day_utc, resource, reserved)
    select owner, day, 'messages', 1 where message_limit is null or message_limit >= 1
    on conflict (user_id, day_utc, resource) do update set reserved = d.reserved + 1
      where message_limit is null or d.used + d.reserved + 1 <= message_limit;
  if not found then
    refused := 'messages';
    select d.used, d.reserved into used_now, reserved_now from usage_daily d
      where d.user_id = owner and d.day_utc = day and d.resource = 'messages';
    return;
  end if;
  answer_cap := answer;
  loop
    insert into usage_daily as d (user_id, day_utc, resource, reserved)
      select owner, day, 'llm_tokens', prompt + answer_cap
        where token_limit is null or prompt + answer_cap <= token_limit
      on conflict (user_id, day_utc, resource) do update set reserved = d.reserved + excluded.reserved
        where token_limit is null or d.used + d.reserved + excluded.reserved <= token_limit;
    exit when found;
    select d.used, d.reserved into used_now, reserved_now from usage_daily d
      where d.user_id = owner and d.day_utc = day and d.resource = 'llm_tokens' for update;
    used_now := coalesce(used_now, 0);
    reserved_now := coalesce(reserved_now, 0);
    answer_cap := least(answer_cap - 1, token_limit - used_now - reserved_now - prompt);
    if answer_cap < least_answer then
      update usage_daily set reserved = reserved - 1
        where user_id = owner and day_utc = day and resource = 'messages';
      refused := 'llm_tokens';
      answer_cap := null;
      return;
    end if;
  end loop;
  insert into usage_reservations (id, user_id, operation_id, day_utc, tokens, messages, state, created_at,
      expires_at)
    values (reservation, owner, operation, day, prompt + answer_cap, 1, 'open', held_at, held_until);
end $$;

-- Ends an open hold: gives it back and writes what was used instead; without entries it is released.
-- False when it had ended before; nothing is written then.
create function usage_close(reservation uuid, occurred text, entries jsonb) returns boolean
language plpgsql volatile as $$
declare
  held usage_reservations;
  written text[] := '{}';
  one text;
begin
  update usage_reservations set state = case when entries = '[]' then 'released' else 'settled' end
    where id = reservation and state = 'open' returning * into held;
  if not found then return false; end if;
  if entries <> '[]' then
    written := usage_append(held.user_id, held.operation_id, 'usage', held.day_utc, occurred, entries);
  end if;
  -- One after the other and in the order of usage_reserve: parallel turns must not lock them crosswise.
  foreach one in array array['messages', 'llm_tokens'] loop
    update usage_daily d set
      used = d.used + coalesce((
        select e.amount from jsonb_to_recordset(entries) as e(resource text, amount bigint)
        where e.resource = one and one = any(written)), 0),
      reserved = greatest(0, d.reserved - case one when 'messages' then held.messages else held.tokens end)
      where d.user_id = held.user_id and d.day_utc = held.day_utc and d.resource = one;
  end loop;
  return true;
end $$;

-- Sums of a day over everybody: the cap of system tokens, the operators' figures.
create index usage_daily_by_day on usage_daily (day_utc, resource);

-- Plans ------------------------------------------------------------------------------------

-- When the booked plan ends as things stand: end of the paid period after a cancellation, end of
-- the grace after a failed payment; null while nothing ends it. Compared with the clock at each
-- request, so that no job has to run.
alter table users add column plan_until timestamptz;

-- What an administrator grants or takes: replaces the plan's number; null is unlimited.
create table plan_overrides (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  resource text not null check (resource in ('llm_tokens', 'messages', 'memory_storage', 'agent_minutes')),
  limit_value bigint check (limit_value >= 0),
  starts_at timestamptz not null,
  ends_at timestamptz check (ends_at > starts_at),
  reason text not null check (char_length(reason) between 1 and 500),
  actor_id uuid not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index plan_overrides_by_user on plan_overrides (user_id, starts_at);

-- Says to every process that what it remembers of a person's plan is old.
create table plan_changes (
  user_id uuid primary key references users (id) on delete cascade,
  changed_at timestamptz not null
);
create index plan_changes_by_time on plan_changes (changed_at);

-- The addresses that had their trial, as keyed hashes, beyond the life of the account (PLN-4).
create table trial_marks (
  email_hash bytea primary key,
  started_at timestamptz not null,
  forget_at timestamptz not null
);
create index trial_marks_due on trial_marks (forget_at);

-- What a person was told once per cause: warnings, boundaries, mails about payments.
create table notices (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  kind text not null,
  cause text not null,
  data jsonb not null default '{}',
  created_at timestamptz not null,
  read_at timestamptz,
  unique (user_id, kind, cause)
);
create index notices_by_user on notices (user_id, created_at desc);

-- Billing ----------------------------------------------------------------------------------

create table subscriptions (
  user_id uuid primary key references users (id) on delete cascade,
  provider text not null check (provider in ('stripe', 'test')),
  customer_id text not null unique,
  subscription_id text unique,
  plan text check (plan in ('basic', 'pro')),
  -- The smaller plan that follows at the period's end.
  next_plan text check (next_plan in ('basic', 'pro')),
  price_id text,
  status text not null default 'none'
    check (status in ('none', 'trialing', 'active', 'past_due', 'canceled')),
  provider_status text,
  current_period_start timestamptz,
  current_period_end timestamptz,
  cancel_at_period_end boolean not null default false,
  past_due_since timestamptz,
  synced_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index subscriptions_by_sync on subscriptions (synced_at) where subscription_id is not null;

create table invoices (
  id text primary key,
  user_id uuid not null references users (id) on delete cascade,
  subscription_id text,
  number text,
  period_start timestamptz,
  period_end timestamptz,
  amount bigint not null,
  amount_refunded bigint not null default 0,
  disputed_at timestamptz,
  currency text not null,
  status text not null check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
  hosted_url text,
  pdf_url text,
  attempt_count integer not null default 0,
  next_attempt_at timestamptz,
  failed_at timestamptz,
  paid_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index invoices_by_user on invoices (user_id, created_at desc, id desc);
create index invoices_by_subscription on invoices (subscription_id);

create table subscription_events (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  subscription_id text,
  from_plan text not null,
  to_plan text not null,
  from_status text not null,
  to_status text not null,
  cause text not null,
  event_id text,
  at timestamptz not null
);
create index subscription_events_by_user on subscription_events (user_id, at desc, id desc);

-- The inbox of the provider's events: each is stored once and processed by a job.
create table payment_events (
  id text primary key,
  provider text not null,
  type text not null,
  payload_hash text not null,
  payload jsonb not null,
  subscription_id text,
  customer_id text,
  happened_at timestamptz not null,
  received_at timestamptz not null,
  status text not null check (status in ('received', 'processing', 'done', 'ignored', 'parked', 'dead')),
  attempts integer not null default 0,
  last_error text,
  finished_at timestamptz
);
create index payment_events_by_time on payment_events (received_at desc, id desc);
create index payment_events_open on payment_events (status, received_at)
  where status in ('received', 'processing', 'parked', 'dead');

-- What each comparison with the provider found.
create table reconcile_runs (
  id uuid primary key,
  at timestamptz not null,
  cause text not null,
  checked integer not null,
  failed integer not null,
  drift jsonb not null default '[]'
);
create index reconcile_runs_by_time on reconcile_runs (at desc);

-- The books of the local payment provider, which stands in for a real one.
create table test_payments (
  id text primary key,
  kind text not null check (kind in ('customer', 'checkout', 'portal', 'subscription', 'invoice', 'clock')),
  customer_id text,
  data jsonb not null,
  updated_at timestamptz not null
);
create index test_payments_by_customer on test_payments (customer_id, kind);

-- Who may reach what -------------------------------------------------------------------------

do $$
declare
  name text;
begin
  -- People read their own rows; what changes them comes from an administrator or the provider.
  foreach name in array array[
    'plan_overrides', 'plan_changes', 'notices', 'subscriptions', 'invoices', 'subscription_events'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy own_rows on %I to nova_user
      using (user_id = app_user_id()) with check (user_id = app_user_id())', name);
    execute format('create policy named_purpose on %I to nova_system
      using (app_purpose() is not null) with check (app_purpose() is not null)', name);
    execute format('grant select on %I to nova_user', name);
    execute format('grant select, insert, update, delete on %I to nova_system', name);
  end loop;
  -- Nobody's rows: the product alone, for a named purpose.
  foreach name in array array[
    'trial_marks', 'payment_events', 'reconcile_runs', 'test_payments'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy named_purpose on %I to nova_system
      using (app_purpose() is not null) with check (app_purpose() is not null)', name);
    execute format('grant select, insert, update, delete on %I to nova_system', name);
  end loop;
end $$;

-- A person's own acts: reading a notice, and being told when a limit comes near.
grant insert, update on notices to nova_user;
-- Written once.
revoke update, delete on subscription_events from nova_system;
