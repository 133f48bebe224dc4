-- oldest-compatible: 1
-- One call for what recall reads -------------------------------------------------------------------
-- The candidates of find_candidates (see 0021_candidates.sql) as one text, and what the owner's
-- settings and doubts say of them: one statement that stands alone, instead of a transaction of three
-- exchanges.
--
-- query: the arguments of find_candidates by name, and whether care is wanted.
create function recall_find(
  owner uuid, query jsonb,
  out candidates text, out paused_until timestamptz, out doubts jsonb
) language plpgsql stable as $$
begin
  select json_agg(json_build_array(
      c.kind, c.id, c.session_id, c.body, c.date, c.near, c.session, c.list, c.place, c.value,
      c.role, c.author, c.prior, c.prior_asks, c.prior2, c.source_ids, c.quote, c.subject,
      c.attribute, c.slot_value, c.tags, c.tier, c.source, c.confidence, c.pinned, c.anchor,
      c.access_count, c.injection, c.valid_to, c.superseded_at
    ))::text
    into candidates
    from find_candidates(
      array(select jsonb_array_elements_text(query -> 'words')),
      array(select jsonb_array_elements_text(query -> 'typed')),
      array(select jsonb_array_elements_text(query -> 'weights')::real),
      array(select jsonb_array_elements_text(query -> 'skippedTurns')::boolean),
      array(select jsonb_array_elements_text(query -> 'skippedFacts')::boolean),
      array(select jsonb_array_elements_text(query -> 'strange')),
      (query ->> 'vector')::halfvec, query ->> 'vectorModel', (query ->> 'vectorLast')::boolean,
      (query ->> 'at')::timestamptz, (query ->> 'includePast')::boolean,
      (query ->> 'facts')::boolean, (query ->> 'turns')::boolean,
      array(select jsonb_array_elements_text(query -> 'spansFrom')::timestamptz),
      array(select jsonb_array_elements_text(query -> 'spansTo')::timestamptz),
      (query ->> 'byUser')::boolean,
      array(select jsonb_array_elements_text(query -> 'without')::uuid),
      (query ->> 'within')::uuid,
      array(select jsonb_array_elements_text(query -> 'path')::uuid),
      (query ->> 'since')::timestamptz,
      (query ->> 'best')::integer, (query ->> 'fill')::integer, query ->> 'related'
    ) as c;
  if (query ->> 'care')::boolean then
    select s.paused_until into paused_until from memory_settings s where s.user_id = owner;
    select jsonb_agg(jsonb_build_object('older', c.older_id, 'newer', c.newer_id)) into doubts
      from memory_contradictions c where c.user_id = owner and c.state = 'open';
  end if;
end $$;
