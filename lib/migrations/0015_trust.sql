-- oldest-compatible: 4
-- Holding and settling with less work for the database.

-- An index that ends at the resource looked as good as the primary key to the planner, which then
-- read everybody's rows of the day to find one. With the owner in it both lead straight to the row.
drop index usage_daily_by_day;
create index usage_daily_by_day on usage_daily (day_utc, resource, user_id);
-- Nothing reads these; each hold and entry paid for them.
drop index usage_ledger_by_resource;
drop index usage_reservations_by_user;

-- Rows that change all day: room on their page keeps the new version beside the old one, so that no
-- index has to learn of it.
alter table usage_daily set (fillfactor = 60);
alter table usage_chain_heads set (fillfactor = 60);

-- Appends entries to a person's chain: as before, but with one statement for all rows.
create or replace function usage_append(
  owner uuid, operation uuid, entry_kind text, day date, occurred text, entries jsonb
) returns text[] language plpgsql volatile as $$
declare
  head usage_chain_heads;
  first_free bigint;
  entry record;
  ids uuid[] := '{}';
  written text[] := '{}';
  amounts bigint[] := '{}';
  facts text[] := '{}';
  hashes text[] := '{}';
begin
  select * into head from usage_chain_heads where user_id = owner for update;
  if not found then
    insert into usage_chain_heads (user_id, sequence, hash) values (owner, 0, repeat('0', 64))
      on conflict do nothing returning * into head;
    if not found then
      select * into head from usage_chain_heads where user_id = owner for update;
    end if;
  end if;
  first_free := head.sequence;
  hashes := hashes || head.hash;
  -- Under the lock of the head nobody else writes entries of this owner.
  for entry in
    select e.id, e.resource, e.amount, e.metadata
    from jsonb_to_recordset(entries) as e(id uuid, resource text, amount bigint, metadata text)
    where not exists (select 1 from usage_ledger l
      where l.operation_id = operation and l.resource = e.resource and l.kind = entry_kind)
  loop
    continue when entry.resource = any(written);
    head.sequence := head.sequence + 1;
    head.hash := encode(sha256(convert_to(
      '[1,"' || head.hash || '","' || owner || '",' || head.sequence || ',"' || entry.id || '","'
        || entry.resource || '",' || entry.amount || ',"' || entry_kind || '","' || operation
        || '","' || day || '","' || occurred || '",' || to_json(entry.metadata) || ']',
      'UTF8')), 'hex');
    ids := ids || entry.id;
    written := written || entry.resource;
    amounts := amounts || entry.amount;
    facts := facts || entry.metadata;
    hashes := hashes || head.hash;
  end loop;
  if written = '{}' then return written; end if;
  insert into usage_ledger (id, user_id, sequence, resource, amount, kind, operation_id, day_utc,
      occurred_at, metadata, prev_hash, hash)
    select ids[n], owner, first_free + n, written[n], amounts[n], entry_kind, operation, day,
      occurred::timestamptz, facts[n]::jsonb, hashes[n], hashes[n + 1]
    from generate_series(1, cardinality(ids)) as n;
  update usage_chain_heads set sequence = head.sequence, hash = head.hash where user_id = owner;
  return written;
end $$;

-- What a personal key holds and has used: its own budget of a day is counted from here.
alter table usage_reservations add column api_key_id uuid, add column spent bigint not null default 0;
create index usage_reservations_by_key on usage_reservations (api_key_id, day_utc)
  where api_key_id is not null;

-- Ends an open hold: as before, with the amounts worked out ahead of the updates.
create or replace function usage_close(reservation uuid, occurred text, entries jsonb) returns boolean
language plpgsql volatile as $$
declare
  held usage_reservations;
  written text[] := '{}';
  one text;
  tokens_spent bigint := coalesce((jsonb_path_query_first(
    entries, '$[*] ? (@.resource == "llm_tokens").amount'))::bigint, 0);
  amount bigint;
  given_back bigint;
begin
  update usage_reservations set spent = tokens_spent,
      state = case when entries = '[]' then 'released' else 'settled' end
    where id = reservation and state = 'open' returning * into held;
  if not found then return false; end if;
  if entries <> '[]' then
    written := usage_append(held.user_id, held.operation_id, 'usage', held.day_utc, occurred, entries);
  end if;
  -- One after the other and in the order of usage_reserve: parallel turns must not lock them crosswise.
  foreach one in array array['messages', 'llm_tokens'] loop
    amount := case when one <> all(written) then 0 when one = 'llm_tokens' then tokens_spent
      else (jsonb_path_query_first(entries, '$[*] ? (@.resource == "messages").amount'))::bigint end;
    given_back := case one when 'messages' then held.messages else held.tokens end;
    update usage_daily d set used = d.used + amount, reserved = greatest(0, d.reserved - given_back)
      where d.user_id = held.user_id and d.day_utc = held.day_utc and d.resource = one;
  end loop;
  return true;
end $$;

-- When a second step that its owner lost will be removed; null while nobody asked for that.
alter table users add column recovery_due_at timestamptz;
create index users_by_recovery on users (recovery_due_at) where recovery_due_at is not null;
