-- oldest-compatible: 1
-- A turn begins in one statement ------------------------------------------------------------------
-- Every exchange with the database stands between a message and its answer's first word. A turn of a
-- conversation that goes on takes two: what it goes on from, and its rows with its hold; the first
-- message of a conversation takes the second alone.

-- Holds one message and the tokens of a turn as usage_reserve does, within the budget of a personal
-- key where one asks. The key's row is locked, so that turns of one key wait for each other.
--
-- hold: {id, operation, day, prompt, answer, leastAnswer, tokenLimit, messageLimit, heldAt, heldUntil,
-- key, keyTokens}; a limit, key or budget of null is none. Returns one row: the refusing resource (or
-- 'key') with its balance, or null and the tokens of the answer.
create function usage_hold(
  owner uuid, hold jsonb,
  out refused text, out answer_cap bigint, out used_now bigint, out reserved_now bigint
) language plpgsql volatile as $$
declare
  api_key uuid := hold ->> 'key';
  key_tokens bigint := hold ->> 'keyTokens';
  prompt bigint := hold ->> 'prompt';
  answer bigint := hold ->> 'answer';
  least_answer bigint := hold ->> 'leastAnswer';
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
  select r.* into refused, answer_cap, used_now, reserved_now from usage_reserve(
    owner, (hold ->> 'id')::uuid, (hold ->> 'operation')::uuid, day, prompt, answer, least_answer,
    (hold ->> 'tokenLimit')::bigint, (hold ->> 'messageLimit')::bigint,
    (hold ->> 'heldAt')::timestamptz, (hold ->> 'heldUntil')::timestamptz) as r;
  if refused is null and api_key is not null then
    update usage_reservations set api_key_id = api_key where id = (hold ->> 'id')::uuid;
  end if;
end $$;

-- The turn that an equal request started, by the id its client gave it, as {id, requestHash}; null
-- where there is none.
create function turn_known(owner uuid, scope uuid, client_id uuid, out known jsonb)
language plpgsql stable as $$
begin
  select jsonb_build_object('id', t.id, 'requestHash', t.request_hash) into known from turns t
    where t.user_id = owner and t.idempotency_scope = scope and t.client_message_id = client_id;
end $$;

-- What a turn of a conversation goes on from: the conversation, the message it is about, and the path
-- down to where it begins, oldest first. Null where it does not exist or is in the trash.
create function turn_place(
  owner uuid, conversation uuid, turn_kind text, target_id uuid, at_head boolean, client_id uuid,
  path_limit integer,
  out known jsonb, out session jsonb, out target jsonb, out path jsonb
) language plpgsql stable as $$
declare
  begins uuid;
begin
  if client_id is not null then known := turn_known(owner, conversation, client_id); end if;
  if known is not null then return; end if;
  select jsonb_build_object('id', s.id, 'title', s.title, 'model', s.model, 'temporary', s.temporary,
      'memoryMode', s.memory_mode, 'headMessageId', s.head_message_id, 'messageCount', s.message_count,
      'updatedAt', s.updated_at),
    case when turn_kind = 'send' then case when at_head then s.head_message_id else target_id end end
    into session, begins
    from chat_sessions s where s.id = conversation and s.user_id = owner and s.deleted_at is null;
  if session is null then return; end if;
  if turn_kind <> 'send' then
    select jsonb_build_object('id', m.id, 'parentId', m.parent_id, 'content', m.content), m.parent_id
      into target, begins
      from messages m where m.id = target_id and m.session_id = conversation;
  end if;
  with recursive up as (
    select m.id, m.parent_id, 1 as depth from messages m where m.id = begins
    union all
    select m.id, m.parent_id, u.depth + 1 from messages m join up u on m.id = u.parent_id
      where u.depth < path_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'sessionId', m.session_id, 'role', m.role,
      'content', m.content, 'remember', m.remember, 'createdAt', m.created_at) order by up.depth desc), '[]')
    into path from up join messages m on m.id = up.id;
end $$;

-- Starts a turn or does nothing: its hold, its conversation where it opens one, question, answer and
-- turn. Locks in the order of every turn: conversation, balance, turn, messages.
--
-- turn: the columns of the turn, 'at' its moment, 'streams' the most answers at once or null.
-- seen: what turn_place said of the conversation, null for a new one.
-- opened: {title, temporary, memoryMode} of a new conversation. question: {parentId, author, content,
-- editedFrom}, null where a stored one is answered.
--
-- Returns outcome 'started' with the tokens of the answer; 'known' with the turn of an equal request;
-- 'gone', 'busy' (with the running turn) or 'moved' (the conversation has changed since it was read);
-- or 'refused' with the resource and its balance. Raises NV001 with the number of running answers when
-- there are as many as allowed.
create function turn_start(
  owner uuid, turn jsonb, hold jsonb, seen jsonb, opened jsonb, question jsonb,
  out outcome text, out known jsonb, out busy uuid,
  out refused text, out answer_cap bigint, out used_now bigint, out reserved_now bigint
) language plpgsql volatile as $$
declare
  at timestamptz := turn ->> 'at';
  turn_id uuid := turn ->> 'id';
  conversation uuid := turn ->> 'sessionId';
  question_id uuid := turn ->> 'userMessageId';
  answer_id uuid := turn ->> 'assistantMessageId';
  client_id uuid := turn ->> 'clientMessageId';
  to_remember boolean := turn ->> 'remember';
  reopens boolean := turn ->> 'reopensAnswer';
  added integer := (question is not null)::integer + (not reopens)::integer;
  streams integer := turn ->> 'streams';
  here record;
  running integer;
begin
  if client_id is not null then
    known := turn_known(owner, (turn ->> 'scope')::uuid, client_id);
    if known is not null then outcome := 'known'; return; end if;
  end if;
  if seen is not null then
    select s.head_message_id, s.message_count, s.updated_at into here from chat_sessions s
      where s.id = conversation and s.user_id = owner and s.deleted_at is null
      for no key update;
    if not found then outcome := 'gone'; return; end if;
    select t.id into busy from turns t
      where t.session_id = conversation and t.status in ('queued', 'streaming');
    if found then outcome := 'busy'; return; end if;
    if here.head_message_id is distinct from (seen ->> 'headMessageId')::uuid
      or here.message_count <> (seen ->> 'messageCount')::integer
      or here.updated_at <> (seen ->> 'updatedAt')::timestamptz
    then outcome := 'moved'; return; end if;
  end if;
  select h.* into refused, answer_cap, used_now, reserved_now from usage_hold(owner, hold) as h;
  if refused is not null then outcome := 'refused'; return; end if;
  -- Counted after the hold, whose row lock makes turns of one person wait for each other.
  if streams is not null then
    select count(*) into running from turns t
      where t.user_id = owner and t.status in ('queued', 'streaming');
    if running >= streams then raise exception using errcode = 'NV001', message = running::text; end if;
  end if;
  if opened is not null then
    insert into chat_sessions (id, user_id, title, title_source, model, temporary, memory_mode,
        head_message_id, message_count, created_at, updated_at)
      values (conversation, owner, opened ->> 'title', 'auto', turn ->> 'model',
        (opened ->> 'temporary')::boolean, opened ->> 'memoryMode', answer_id, added, at, at);
  else
    update chat_sessions set head_message_id = answer_id, message_count = message_count + added,
      updated_at = at where id = conversation;
  end if;
  if question is not null then
    insert into messages (id, user_id, session_id, parent_id, turn_id, role, author, content, status,
        remember, client_message_id, edited_from, created_at)
      values (question_id, owner, conversation, (question ->> 'parentId')::uuid, turn_id, 'user',
        question ->> 'author', question ->> 'content', 'complete', to_remember, client_id,
        (question ->> 'editedFrom')::uuid, at);
  end if;
  if reopens then
    update messages set status = 'streaming', turn_id = turn_start.turn_id where id = answer_id;
  else
    insert into messages (id, user_id, session_id, parent_id, turn_id, role, author, content, status,
        model, remember, created_at)
      values (answer_id, owner, conversation, question_id, turn_id, 'assistant', turn ->> 'answerAuthor',
        '', 'streaming', turn ->> 'model', to_remember, at);
  end if;
  insert into turns (id, user_id, session_id, user_message_id, assistant_message_id, kind, status,
      model, reservation_id, lease_owner, lease_until, started_at, idempotency_scope,
      client_message_id, request_hash, correlation_id)
    values (turn_id, owner, conversation, question_id, answer_id, turn ->> 'kind', 'queued',
      turn ->> 'model', (hold ->> 'id')::uuid, (turn ->> 'leaseOwner')::uuid,
      (turn ->> 'leaseUntil')::timestamptz, at, (turn ->> 'scope')::uuid, client_id,
      turn ->> 'requestHash', turn ->> 'correlationId');
  outcome := 'started';
end $$;
