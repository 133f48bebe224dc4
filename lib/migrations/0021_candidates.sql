-- oldest-compatible: 1
-- Candidates of recall in the form that the client calls now; see 0020_candidates.sql and
-- 0003_memory.sql for what the other arguments and rows mean.
--
-- skipped_turns, skipped_facts: whether a word is not to be looked for in a store, because the caller
--   knows that it is common. It then finds nothing, as any common word, but still counts in what stands
--   beside the best rows.
-- strange: words of which the caller knows that nothing holds them. When there are any, rows are looked
--   for by their letters alone.
drop function find_candidates;

create function find_candidates(
  words text[], typed text[], weights real[], skipped_turns boolean[], skipped_facts boolean[],
  strange text[],
  query_vector halfvec, query_model text, vector_last boolean,
  at timestamptz, include_past boolean, with_facts boolean, with_turns boolean,
  spans_from timestamptz[], spans_to timestamptz[], by_user boolean,
  without uuid[], within uuid, path uuid[], since timestamptz, best integer, fill integer,
  related text
) returns table (
  kind text, id uuid, session_id uuid, body text, date float8, near integer, session real,
  list text, place bigint, value real, role text, author text, prior integer, prior_asks boolean,
  prior2 integer, source_ids text,
  quote text, subject text, attribute text, slot_value text, tags text, tier text, source text,
  confidence real, pinned boolean, anchor boolean, access_count integer, injection text,
  valid_to float8, superseded_at float8
)
language plpgsql stable security definer rows 100
set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan
set pg_trgm.word_similarity_threshold = 0.5 set jit = off as $$
#variable_conflict use_column
declare
  me uuid := app_user_id();
  mine tsquery := ('''' || app_user_id() || '''')::tsquery;
  -- A word that stands in so many rows finds nothing; it only orders what other words find.
  common constant integer := 1000;
  forms text;
  in_turns tsquery[] := '{}';
  own_words tsquery[] := '{}';
  near_words tsquery[] := '{}';
  -- The variants of each short word that nobody ever wrote.
  in_variants tsquery[] := '{}';
  kin tsquery;
  only_letters boolean;
  in_facts tsquery[] := '{}';
  turn_rows float8 := 0;
  fact_rows float8 := 0;
  names text[];
  fact_ids uuid[] := '{}';
  lists text[] := '{}';
  places bigint[] := '{}';
  measures real[] := '{}';
begin
  if me is null then return; end if;
  for i in 1 .. cardinality(words) loop
    forms := case when words[i] = typed[i] then '''' || words[i] || ''''
      else '''' || words[i] || '''|''' || typed[i] || '''' end;
    in_turns[i] := case when not skipped_turns[i] then mine && to_tsquery('english', forms) end;
    in_facts[i] := case when not skipped_facts[i]
      then mine && (to_tsquery('english', forms) || to_tsquery('simple', forms)) end;
    own_words[i] := to_tsquery('english', replace(forms, '''|', ''':A|') || ':A');
    near_words[i] := to_tsquery('english', replace(forms, '''|', ''':D|') || ':D');
  end loop;
  in_variants := array(
    select mine && to_tsquery('english', spelling_variants(w)) from unnest(strange) as w
    where w ~ '^[a-z]{4,7}$');
  strange := array(select w from unnest(strange) as w where w !~ '^[a-z]{4,7}$');
  only_letters := cardinality(strange) + cardinality(in_variants) > 0;
  if related <> '' then
    kin := to_tsquery('english', related);
    if numnode(kin) > 0 then
      -- One more term. It orders less than a word of the question itself.
      in_turns := in_turns || (mine && kin);
      own_words := own_words || to_tsquery('english', replace(related, '''|', ''':A|') || ':A');
      in_facts := in_facts || (mine && kin);
      weights := weights || 0.4::real;
    end if;
  end if;

  if with_turns then
    select count(*) into turn_rows from (
      select from messages m where m.user_id = me and m.search_text <> '' limit 1000) as counted;
  end if;
  if turn_rows > 0 and not only_letters then
    names := array(
      select w from unnest(words) as w
      where exists (
        select from messages m
        where m.user_id = me and lower(split_part(m.author, ' ', 1)) = w and m.search_text <> ''));
    return query
    with hits as materialized (
      select q.term::integer - 1 as term, m.id, m.session_id, m.own, m.created_at,
        case when cardinality(names) > 0 then lower(split_part(m.author, ' ', 1)) = any (names)
          else by_user and m.role = 'user' end as speaker
      from unnest(in_turns, own_words) with ordinality as q(query, own_word, term)
      cross join lateral (
        select m.id, m.session_id, m.created_at, m.role, m.author,
          m.text_search @@ q.own_word as own
        from messages m
        where m.text_search @@ q.query and m.user_id is not distinct from me limit common
      ) as m
    ),
    by_session as materialized (
      select session_id, term, count(*) as found, count(*) filter (where own) as holding
      from hits group by session_id, term
    ),
    terms as materialized (
      select h.term, h.found, h.holding, w.weight,
        ln(1 + (greatest(turn_rows - h.holding, 0) + 0.5) / (h.holding + 0.5)) as rarity,
        ln(1 + (greatest(s.n - h.sessions, 0) + 0.5) / (h.sessions + 0.5)) as rarity_of_sessions,
        h.found < common or min(h.found) over () >= common as finds
      from (
        select term, sum(found) as found, sum(holding)::float8 as holding,
          count(*) filter (where holding > 0) as sessions
        from by_session group by term
      ) as h
      join unnest(weights) with ordinality as w(weight, at) on w.at = h.term + 1
      cross join (select count(distinct session_id)::float8 as n from by_session) as s
    ),
    -- BM25 of each conversation as a whole.
    sessions as materialized (
      select c.session_id,
        sum(t.rarity_of_sessions * t.weight * c.holding * 1.9 / (c.holding + 0.9)) as score
      from by_session c join terms t on t.term = c.term
      where t.found < common group by c.session_id
    ),
    placed as (
      select h.id, h.words, s.score as session,
        row_number() over (order by h.words desc, h.id) as place,
        h.words / nullif(max(h.words) over (), 0)
          + 0.8 * coalesce(s.score / nullif(max(s.score) over (), 0), 0) + h.speaker::integer
          + case when cardinality(spans_from) = 0 then 0 else (
              select max(case
                when h.created_at < d.till and h.created_at >= d.start then 1
                when h.created_at >= d.till
                  then exp(greatest(extract(epoch from d.till - h.created_at) / 1209600, -50))
                else exp(greatest(extract(epoch from h.created_at - d.start) / 172800, -50)) / 2 end)
              from unnest(spans_from, spans_to) as d(start, till)) end as score
      from (
        select h.id, h.session_id, h.created_at, h.speaker,
          sum(t.rarity * t.weight * case when h.own then 1 else 0.4 end) filter (where t.finds) as words
        from hits h join terms t on t.term = h.term
        where h.id <> all (without)
          and (h.session_id is distinct from within or h.id = any (path) or h.created_at < since)
        group by h.id, h.session_id, h.created_at, h.speaker
      ) as h left join sessions s on s.session_id = h.session_id
      where h.words > 0
    )
    select 'turn', m.id, m.session_id, left(m.content, 4000),
      (extract(epoch from m.created_at) * 1000)::float8,
      coalesce((select bit_or(1 << (q.term::integer - 1))
        from unnest(near_words) with ordinality as q(query, term) where m.text_search @@ q.query), 0),
      coalesce(c.session, 0)::real, 'full_text', c.place, c.words::real, m.role, m.author,
      coalesce((select bit_or(1 << (q.term::integer - 1))
        from unnest(own_words) with ordinality as q(query, term) where p.text_search @@ q.query), 0),
      coalesce(right(p.search_text, 200) ~ '\?\s*(\[[^]]*\]\s*)?$', false),
      coalesce((select bit_or(1 << (q.term::integer - 1))
        from unnest(own_words) with ordinality as q(query, term) where g.text_search @@ q.query), 0),
      null, null, null, null, null, null, null, null, null::real, null::boolean, null::boolean,
      null::integer, null, null::float8, null::float8
    from (select * from placed order by score desc, id limit best) as c
    join messages m on m.id = c.id
    left join messages p on p.id = m.parent_id
    left join messages g on g.id = p.parent_id
    union all
    select null, null, null,
      (select string_agg(term || ' ' || holding || ' ' || found, ',') from terms), turn_rows, null, null, 'turns', null,
      null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
      null, null, null;
  end if;
  if turn_rows > 0 then
    if cardinality(strange) > 0 or cardinality(in_variants) > 0 or fill > 0
      or query_vector is not null then
      return query
      select 'turn', m.id, m.session_id, left(m.content, 4000),
        (extract(epoch from m.created_at) * 1000)::float8, 0, 0::real, l.list, l.place, l.value,
        m.role, m.author, 0, false, 0, null, null, null, null, null, null, null, null, null::real, null::boolean, null::boolean,
        null::integer, null, null::float8, null::float8
      from (
        select id, 'trigram' as list, row_number() over (order by value desc, id) as place, value
        from (
          select near.id, max(near.value) as value
          from unnest(strange) as w cross join lateral (
            select m.id, word_similarity(w, m.search_text) as value from messages m
            where w <% m.search_text and m.user_id is not distinct from me and m.id <> all (without)
              and (m.session_id is distinct from within or m.id = any (path) or m.created_at < since)
            order by value desc, m.id limit 20
          ) as near
          group by near.id order by value desc, near.id limit 20
        ) as letters
        union all
        select id, 'trigram', row_number() over (order by id desc), 0.5::real from (
          select distinct near.id
          from unnest(in_variants) as v(query) cross join lateral (
            select m.id from messages m
            where m.text_search @@ v.query and m.user_id is not distinct from me
              and m.id <> all (without)
              and (m.session_id is distinct from within or m.id = any (path) or m.created_at < since)
            limit 200
          ) as near
          order by near.id desc limit 20
        ) as spellings
        union all
        select id, 'vector', row_number() over (order by value desc, id), value from (
          select m.id, (1 - (m.embedding <=> query_vector))::real as value from messages m
          where query_vector is not null and not only_letters and m.user_id = me and m.embedding_model = query_model
            and m.search_text <> '' and m.id <> all (without)
            and (m.session_id is distinct from within or m.id = any (path) or m.created_at < since)
          order by (m.embedding <=> query_vector) + 0, m.id limit best
        ) as nearest
        union all
        select id, 'recent', row_number() over (order by created_at desc, id desc), 0 from (
          select m.id, m.created_at from messages m
          where m.user_id = me and m.search_text <> '' and m.id <> all (without)
          order by m.created_at desc, m.id desc limit fill
        ) as latest
      ) as l
      -- One look-up for each: the planner, who expects many, would read all rows instead.
      cross join lateral (select * from messages where id = l.id limit 1) as m;
    end if;
  end if;

  if with_facts then
    select count(*) into fact_rows from (
      select from memories m where m.user_id = me limit 1000) as counted;
  end if;
  if fact_rows > 0 and not only_letters then
    return query
    with hits as materialized (
      select q.term::integer - 1 as term, m.id
      from unnest(in_facts) with ordinality as q(query, term)
      cross join lateral (
        select m.id from memories m
        where m.text_search @@ q.query and m.user_id is not distinct from me
          and m.deleted_at is null and m.injection <> 'never'
          and (m.expires_at is null or m.expires_at > at)
          and (include_past or (m.superseded_at is null and (m.valid_to is null or m.valid_to > at)))
        limit common
      ) as m
    ),
    terms as materialized (
      select h.term, h.holding, w.weight,
        ln(1 + (greatest(fact_rows - h.holding, 0) + 0.5) / (h.holding + 0.5)) as rarity,
        h.holding < common or min(h.holding) over () >= common as finds
      from (select term, count(*)::float8 as holding from hits group by term) as h
      join unnest(weights) with ordinality as w(weight, at) on w.at = h.term + 1
    ),
    found as materialized (
      select h.id, sum(t.rarity * t.weight)::real as value
      from hits h join terms t on t.term = h.term where t.finds
      group by h.id order by value desc, h.id limit best
    )
    select 'fact', m.id, m.session_id, m.text, (extract(epoch from m.valid_from) * 1000)::float8,
      coalesce((
        select bit_or(1 << (q.term::integer - 1))
        from messages s, unnest(in_turns) with ordinality as q(query, term)
        where s.id = m.source_message_ids[1] and s.text_search @@ q.query
      ), 0), 0::real, f.list, f.place, f.value, null, null, null::integer, null::boolean, null::integer,
      array_to_string(m.source_message_ids, ' '), m.quote, m.subject, m.attribute, m.value,
      array_to_string(m.tags, E'\n'), m.tier, m.source, m.confidence, m.pinned, m.anchor,
      m.access_count, m.injection, (extract(epoch from m.valid_to) * 1000)::float8,
      (extract(epoch from m.superseded_at) * 1000)::float8
    from (
      select id, 'full_text' as list, row_number() over (order by value desc, id) as place, value
      from found
    ) as f join memories m on m.id = f.id
    union all
    select null, null, null,
      (select string_agg(term || ' ' || holding || ' ' || holding, ',') from terms), fact_rows, null, null, 'facts', null,
      null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
      null, null, null;
    return query
    with mine as not materialized (
      select m.id, m.user_id, m.tags, m.anchor, m.text, m.created_at, m.embedding, m.embedding_model
      from memories m
      where m.deleted_at is null and m.injection <> 'never'
        and (m.expires_at is null or m.expires_at > at)
        and (include_past or (m.superseded_at is null and (m.valid_to is null or m.valid_to > at)))
    ),
    -- Materialized, so that the order by id does not walk the rows of everybody by their key.
    tagged as materialized (
      select m.id from mine m where m.user_id = me and m.tags && words
    ),
    listed as (
      select id, 'slot' as list, row_number() over () as place, 1::real as value from (
        select id from tagged order by id limit 20) as slot
      union all
      select id, 'recent', row_number() over (), 0 from (
        select m.id from mine m
        where m.user_id = me order by m.created_at desc, m.id desc limit 10) as recent
      union all
      select id, 'anchor', row_number() over (), 0 from (
        select m.id from mine m where m.user_id = me and m.anchor order by m.id limit 12) as anchors
    )
    select 'fact', m.id, m.session_id, m.text, (extract(epoch from m.valid_from) * 1000)::float8,
      0, 0::real, l.list, l.place, l.value, null, null, null::integer, null::boolean, null::integer,
      array_to_string(m.source_message_ids, ' '), m.quote, m.subject, m.attribute, m.value,
      array_to_string(m.tags, E'\n'), m.tier, m.source, m.confidence, m.pinned, m.anchor,
      m.access_count, m.injection, (extract(epoch from m.valid_to) * 1000)::float8,
      (extract(epoch from m.superseded_at) * 1000)::float8
    from listed l join memories m on m.id = l.id;
  end if;
  if fact_rows > 0 then
    if cardinality(strange) > 0 then
      select array_agg(id), array_agg(value) into fact_ids, measures from (
        select near.id, max(near.value) as value
        from unnest(strange) as w cross join lateral (
          select m.id, word_similarity(w, m.text) as value from memories m
          where w <% m.text and m.user_id is not distinct from me
            and m.deleted_at is null and m.injection <> 'never'
            and (m.expires_at is null or m.expires_at > at)
            and (include_past or (m.superseded_at is null and (m.valid_to is null or m.valid_to > at)))
          order by value desc, m.id limit 20
        ) as near
        group by near.id order by value desc, near.id limit 20
      ) as letters;
      fact_ids := coalesce(fact_ids, '{}');
      measures := coalesce(measures, '{}');
      lists := array_fill('trigram'::text, array[cardinality(fact_ids)]);
    end if;
    if cardinality(in_variants) > 0 then
      select fact_ids || coalesce(array_agg(id), '{}'),
        measures || array_fill(0.5::real, array[count(*)::integer]),
        lists || array_fill('trigram'::text, array[count(*)::integer])
      into fact_ids, measures, lists
      from (
        select distinct near.id
        from unnest(in_variants) as v(query) cross join lateral (
          select m.id from memories m
          where m.text_search @@ v.query and m.user_id is not distinct from me
            and m.deleted_at is null and m.injection <> 'never'
            and (m.expires_at is null or m.expires_at > at)
            and (include_past or (m.superseded_at is null and (m.valid_to is null or m.valid_to > at)))
          limit 200
        ) as near
        where near.id <> all (fact_ids) order by near.id desc limit 20
      ) as spellings;
    end if;
    if query_vector is not null and not only_letters then
      select fact_ids || coalesce(array_agg(id), '{}'), measures || coalesce(array_agg(value), '{}'),
        lists || coalesce(array_agg('vector'::text), '{}')
      into fact_ids, measures, lists
      from (
        select m.id, (1 - (m.embedding <=> query_vector))::real as value from memories m
        where m.user_id = me and m.embedding_model = query_model
          and m.deleted_at is null and m.injection <> 'never'
          and (m.expires_at is null or m.expires_at > at)
          and (include_past or (m.superseded_at is null and (m.valid_to is null or m.valid_to > at)))
        order by (m.embedding <=> query_vector) + 0, m.id limit best
      ) as nearest;
    end if;
    if cardinality(fact_ids) > 0 then
      return query
      select 'fact', m.id, m.session_id, m.text, (extract(epoch from m.valid_from) * 1000)::float8,
        0, 0::real, l.list, row_number() over (partition by l.list order by l.value desc, l.id),
        l.value, null, null, null::integer, null::boolean, null::integer,
        array_to_string(m.source_message_ids, ' '), m.quote, m.subject,
        m.attribute, m.value, array_to_string(m.tags, E'\n'), m.tier, m.source, m.confidence,
        m.pinned, m.anchor, m.access_count, m.injection,
        (extract(epoch from m.valid_to) * 1000)::float8,
        (extract(epoch from m.superseded_at) * 1000)::float8
      from unnest(fact_ids, lists, measures) as l(id, list, value) join memories m on m.id = l.id;
    end if;
  end if;
end $$;

-- The owner needs create on the schema for the change of ownership alone.
grant create on schema public to nova_search;
alter function find_candidates owner to nova_search;
revoke create on schema public from nova_search;
revoke execute on function find_candidates from public;
grant execute on function find_candidates to nova_user;
