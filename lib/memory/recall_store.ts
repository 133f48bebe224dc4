import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { FactCandidate, Membership, TurnCandidate } from "./ranking_types.ts";
import { vectorText } from "./store.ts";

/** What the candidate lists are asked for. */
export interface CandidateQuery {
  /** Lower-case words of the question that carry content; letters and digits alone. */
  words: readonly string[];
  /** Those of them that are long enough to be recognised when misspelled. */
  spelled: readonly string[];
  vector: readonly number[] | null;
  vectorModel: string;
  /** Whether the vector is asked only when no word of the question was found. */
  vectorLast: boolean;
  at: Date;
  includePast: boolean;
  facts: boolean;
  turns: boolean;
  /** Messages that must not be found. */
  without: readonly string[];
}

/** Candidates of both stores. */
export interface Candidates {
  facts: FactCandidate[];
  turns: TurnCandidate[];
}

/** The lists a row stands in, as the database gives them. */
interface Lists {
  lists: Membership["list"][];
  places: number[];
  values: number[];
}

/**
 * Reads the candidates of both stores with the owner's rights. The two statements travel together,
 * so that they cost one round trip.
 */
export function findCandidates(
  db: Database,
  userId: string,
  query: CandidateQuery,
): Promise<Candidates> {
  return db.asUser(userId, async (tx) => {
    const [facts, turns] = await Promise.all([
      query.facts ? factCandidates(tx, query) : [],
      query.turns ? turnCandidates(tx, query) : [],
    ]);
    return {
      facts: facts.map((row): FactCandidate => withMemberships(row)),
      turns: turns.map((row): TurnCandidate => withMemberships(row)),
    };
  });
}

function factCandidates(tx: Tx, query: CandidateQuery) {
  return tx<(Omit<FactCandidate, "memberships"> & Lists)[]>`
    with found as materialized (
      select id, array_agg(list) as lists, array_agg(place::integer) as places,
        array_agg(value) as values
      from memory_candidates(${query.words as string[]}::text[], ${query
    .spelled as string[]}::text[],
        ${vectorText(query.vector)}::halfvec, ${query.vectorModel}, ${query.vectorLast},
        ${query.at}, ${query.includePast})
      group by id
    )
    select 'fact' as kind, m.id, m.text, m.quote, m.subject, m.attribute, m.value, m.tags, m.tier,
      m.source, m.confidence, m.pinned, m.anchor, m.access_count, m.injection,
      m.valid_from as date, m.valid_to, m.superseded_at, m.created_at, m.last_accessed_at,
      m.source_message_ids, m.session_id, coalesce(s.search_text, '') as source_text,
      coalesce(s.search_context, '') as context, found.lists, found.places, found.values
    from found join memories m on m.id = found.id
      left join messages s on s.id = m.source_message_ids[1]`;
}

function turnCandidates(tx: Tx, query: CandidateQuery) {
  return tx<(Omit<TurnCandidate, "memberships"> & Lists)[]>`
    with found as materialized (
      select id, array_agg(list) as lists, array_agg(place::integer) as places,
        array_agg(value) as values
      from turn_candidates(${query.words as string[]}::text[], ${query.spelled as string[]}::text[],
        ${query.without as string[]}::uuid[])
      group by id
    )
    select 'turn' as kind, m.id, m.session_id, m.role, m.author, m.content as text,
      m.search_context as context, coalesce(p.search_text, '') as before, m.created_at as date,
      found.lists, found.places, found.values
    from found join messages m on m.id = found.id
      left join messages p on p.id = m.parent_id`;
}

/** The row with its lists one by one. */
function withMemberships<T extends Lists>(row: T) {
  const { lists, places, values, ...rest } = row;
  const memberships = lists.map((list, at): Membership => ({
    list,
    place: places[at]!,
    value: values[at]!,
  }));
  return { ...rest, memberships };
}
