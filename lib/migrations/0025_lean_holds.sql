-- oldest-compatible: 1
-- Holding and settling again do less for the same rules ---------------------------------------------

-- A hold is there as long as it is open: its end removes the row. As an update of an indexed column
-- the end cost an entry in each index, and a month of ended holds had to be searched and cleared. Only
-- those of personal keys stay, since a key's budget of the day is counted from them.
delete from usage_reservations where state <> 'open' and api_key_id is null;
-- What is left is little enough to be read as it lies.
drop index usage_reservations_open;

-- Holds one message and the tokens of a turn (see 0022). What fits as a whole is held by two
-- conditional updates; the first hold of a day, a shorter answer and every refusal are left to
-- usage_reserve, which decides by the same conditions.
create or replace function usage_hold(
  owner uuid, hold jsonb,
  out refused text, out answer_cap bigint, out used_now bigint, out reserved_now bigint
) language plpgsql volatile as $$
declare
  api_key uuid := hold ->> 'key';
  key_tokens bigint := hold ->> 'keyTokens';
  prompt bigint := hold ->> 'prompt';
  answer bigint := hold ->> 'answer';
  least_answer bigint := hold ->> 'leastAnswer';
  token_limit bigint := hold ->> 'tokenLimit';
  message_limit bigint := hold ->> 'messageLimit';
  day date := hold ->> 'day';
begin
  if key_tokens is not null then
    perform 1 from api_keys k where k.id = api_key and k.user_id = owner for update;
    select coalesce(sum(r.spent) filter (where r.state = 'settled'), 0),
        coalesce(sum(r.tokens) filter (where r.state = 'open'), 0)
      into used_now, reserved_now
      from usage_reservations r
      where r.api_key_id = api_key and r.day_utc = day and r.user_id = owner;
    if key_tokens - used_now - reserved_now - prompt < least_answer then
      refused := 'key';
      return;
    end if;
    answer := least(answer, key_tokens - used_now - reserved_now - prompt);
  end if;
  update usage_daily d set reserved = d.reserved + 1
    where d.user_id = owner and d.day_utc = day and d.resource = 'messages'
      and (message_limit is null or d.used + d.reserved + 1 <= message_limit);
  if found then
    update usage_daily d set reserved = d.reserved + prompt + answer
      where d.user_id = owner and d.day_utc = day and d.resource = 'llm_tokens'
        and (token_limit is null or d.used + d.reserved + prompt + answer <= token_limit);
    if found then
      insert into usage_reservations (id, user_id, operation_id, day_utc, tokens, messages, state,
          created_at, expires_at, api_key_id)
        values ((hold ->> 'id')::uuid, owner, (hold ->> 'operation')::uuid, day, prompt + answer, 1,
          'open', (hold ->> 'heldAt')::timestamptz, (hold ->> 'heldUntil')::timestamptz, api_key);
      answer_cap := answer;
      return;
    end if;
    update usage_daily d set reserved = d.reserved - 1
      where d.user_id = owner and d.day_utc = day and d.resource = 'messages';
  end if;
  select r.* into refused, answer_cap, used_now, reserved_now from usage_reserve(
    owner, (hold ->> 'id')::uuid, (hold ->> 'operation')::uuid, day, prompt, answer, least_answer,
    token_limit, message_limit, (hold ->> 'heldAt')::timestamptz,
    (hold ->> 'heldUntil')::timestamptz) as r;
  if refused is null and api_key is not null then
    update usage_reservations set api_key_id = api_key where id = (hold ->> 'id')::uuid;
  end if;
end $$;

-- The hash of an entry: its predecessor and its fields in the order of lib/usage/ledger.ts. `facts` is
-- the metadata as a JSON string.
create function usage_hash(
  prev text, owner uuid, place bigint, id uuid, resource text, amount bigint, entry_kind text,
  operation uuid, day date, occurred text, facts text
) returns text language sql stable
return encode(sha256(convert_to(
  '[1,"' || prev || '","' || owner || '",' || place || ',"' || id || '","' || resource || '",' || amount
    || ',"' || entry_kind || '","' || operation || '","' || day || '","' || occurred || '",' || facts
    || ']', 'UTF8')), 'hex');

-- Ends an open hold: what was used goes to the ledger and the balance, the rest is free again. With
-- entries they are one of messages and one of llm_tokens, in this order, else there are none and the
-- hold is given back. False when it had ended before; nothing is written then.
create or replace function usage_close(reservation uuid, occurred text, entries jsonb) returns boolean
language plpgsql volatile as $$
declare
  held usage_reservations;
  head record;
  sent bigint := entries -> 0 ->> 'amount';
  spent_tokens bigint := entries -> 1 ->> 'amount';
  messages_id uuid := entries -> 0 ->> 'id';
  tokens_id uuid := entries -> 1 ->> 'id';
  facts text := entries -> 0 ->> 'metadata';
  token_facts text := entries -> 1 ->> 'metadata';
  first_hash text;
  second_hash text;
begin
  delete from usage_reservations where id = reservation and state = 'open' and api_key_id is null
    returning * into held;
  if not found then
    update usage_reservations set spent = coalesce(spent_tokens, 0),
        state = case when spent_tokens is null then 'released' else 'settled' end
      where id = reservation and state = 'open' returning * into held;
    if not found then return false; end if;
  end if;
  if spent_tokens is not null then
    select h.sequence, h.hash into head from usage_chain_heads h where h.user_id = held.user_id for update;
    if not found then
      insert into usage_chain_heads (user_id, sequence, hash) values (held.user_id, 0, repeat('0', 64))
        on conflict do nothing;
      select h.sequence, h.hash into head from usage_chain_heads h where h.user_id = held.user_id for update;
    end if;
    perform 1 from usage_ledger l where l.operation_id = held.operation_id and l.kind = 'usage'
      and l.resource in ('messages', 'llm_tokens');
    if found then
      sent := null;
      spent_tokens := null;
    else
      first_hash := usage_hash(head.hash, held.user_id, head.sequence + 1, messages_id, 'messages',
        sent, 'usage', held.operation_id, held.day_utc, occurred, to_json(facts)::text);
      second_hash := usage_hash(first_hash, held.user_id, head.sequence + 2, tokens_id, 'llm_tokens',
        spent_tokens, 'usage', held.operation_id, held.day_utc, occurred, to_json(token_facts)::text);
      insert into usage_ledger (id, user_id, sequence, resource, amount, kind, operation_id, day_utc,
          occurred_at, metadata, prev_hash, hash)
        values (messages_id, held.user_id, head.sequence + 1, 'messages', sent, 'usage',
            held.operation_id, held.day_utc, occurred::timestamptz, facts::jsonb, head.hash, first_hash),
          (tokens_id, held.user_id, head.sequence + 2, 'llm_tokens', spent_tokens, 'usage',
            held.operation_id, held.day_utc, occurred::timestamptz, token_facts::jsonb, first_hash,
            second_hash);
      update usage_chain_heads set sequence = head.sequence + 2, hash = second_hash
        where user_id = held.user_id;
    end if;
  end if;
  -- One after the other and in the order of usage_hold: parallel turns must not lock them crosswise.
  update usage_daily d set used = d.used + coalesce(sent, 0),
      reserved = greatest(0, d.reserved - held.messages)
    where d.user_id = held.user_id and d.day_utc = held.day_utc and d.resource = 'messages';
  update usage_daily d set used = d.used + coalesce(spent_tokens, 0),
      reserved = greatest(0, d.reserved - held.tokens)
    where d.user_id = held.user_id and d.day_utc = held.day_utc and d.resource = 'llm_tokens';
  return true;
end $$;
