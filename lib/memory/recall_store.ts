import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type {
  Candidate,
  Corpus,
  FactCandidate,
  Membership,
  TurnCandidate,
} from "./ranking_types.ts";
import { vectorText } from "./store.ts";

/** A word that is looked for. */
export interface SearchedWord {
  /** Lower case without accents; letters and digits alone. */
  word: string;
  /** The same in lower case as it was typed. */
  typed: string;
  weight: number;
  /** Whether it is looked for by its letters when nobody ever wrote it. */
  mayBeMisspelled: boolean;
}

/** What the candidate lists are asked for. */
export interface CandidateQuery {
  /** One for each term of the question, in its order. */
  words: readonly SearchedWord[];
  vector: readonly number[] | null;
  vectorModel: string;
  /** Whether the vector is asked only when no word of the question was found. */
  vectorLast: boolean;
  at: Date;
  includePast: boolean;
  facts: boolean;
  turns: boolean;
  /** Times that the question names, in milliseconds. */
  spans: readonly { from: number; to: number }[];
  /** Whether it speaks of the owner. */
  byUser: boolean;
  /** Messages that must not be found. */
  without: readonly string[];
  /** The running conversation: of it, what stands on the path or was said before `since`. */
  within?: { sessionId: string; path: readonly string[]; since: Date } | undefined;
  /** Whether settings and doubts are wanted too. */
  care: boolean;
  /** How many rows of each list. */
  best: number;
  /** How many of the latest turns fill the list when the words find too few. */
  fill: number;
  /** Words that belong to what the question names; a row with one of them is a candidate too. */
  related: readonly string[];
}

/** Candidates of both stores, and how common the words are among all rows. */
export interface Candidates {
  corpus: Corpus;
  candidates: Candidate[];
  /** What the owner's settings and doubts say of them; null when it was not asked for. */
  care: Care | null;
}

/** What recall has to heed beside likeness. */
export interface Care {
  /** The owner lets nothing be recalled until then. */
  pausedUntil: Date | null;
  /** Facts that a newer one contradicts, with that one; nobody has said yet which is true. */
  doubts: { older: string; newer: string }[];
}

/** A row as the database gives it: flat, times in milliseconds; null where the kind has no such. */
interface Row {
  /** Null in a row that tells of all rows: their number, and how many hold each term. */
  kind: "fact" | "turn" | null;
  id: string;
  sessionId: string | null;
  body: string;
  date: number;
  /** One bit for each term. */
  near: number;
  session: number;
  list: Membership["list"];
  place: number;
  value: number;
  role: TurnCandidate["role"];
  author: string;
  /** What the two turns before it hold, one bit for each term. */
  prior: number;
  priorAsks: boolean;
  prior2: number;
  sourceIds: string;
  quote: string | null;
  subject: string | null;
  attribute: string | null;
  slotValue: string | null;
  tags: string;
  tier: FactCandidate["tier"];
  source: FactCandidate["source"];
  confidence: number;
  pinned: boolean;
  anchor: boolean;
  accessCount: number;
  injection: FactCandidate["injection"];
  validTo: number | null;
  supersededAt: number | null;
}

/** Reads the candidates of both stores with the owner's rights, in one call. */
export async function findCandidates(
  db: Database,
  userId: string,
  query: CandidateQuery,
): Promise<Candidates> {
  const { words, within, spans } = query;
  const [rows, care] = await db.asUser(userId, (tx) =>
    // Sent together: one round trip.
    Promise.all([
      tx<Row[]>`select * from find_candidates(
      ${words.map(({ word }) => word)}::text[], ${words.map(({ typed }) => typed)}::text[],
      ${words.map(({ weight }) => weight)}::real[],
      ${words.map(({ mayBeMisspelled }) => Number(mayBeMisspelled))}::integer[]::boolean[],
      ${vectorText(query.vector)}::halfvec, ${query.vectorModel}, ${query.vectorLast},
      ${query.at}, ${query.includePast}, ${query.facts}, ${query.turns},
      ${spans.map(({ from }) => timeText(from))}::timestamptz[],
      ${spans.map(({ to }) => timeText(to))}::timestamptz[], ${query.byUser},
      ${query.without as string[]}::uuid[], ${within?.sessionId ?? null}::uuid,
      ${(within?.path ?? []) as string[]}::uuid[], ${within?.since ?? null},
      ${query.best}, ${query.fill}, ${relatedText(query.related)})`,
      query.care ? careOf(tx, userId) : null,
    ]));
  const candidates = new Map<string, Candidate>();
  const corpus = { rows: 0, holding: new Array<number>(words.length + 1).fill(0) };
  for (const row of rows) {
    if (row.kind === null) addStore(corpus, row);
    else add(candidates, row, words.length);
  }
  return { corpus, candidates: [...candidates.values()], care };
}

async function careOf(tx: Tx, userId: string): Promise<Care> {
  const [row] = await tx<{ pausedUntil: Date | null; doubts: Care["doubts"] | null }[]>`
    select (select paused_until from memory_settings where user_id = ${userId}),
      (select json_agg(json_build_object('older', older_id, 'newer', newer_id))
        from memory_contradictions where user_id = ${userId} and state = 'open') as doubts`;
  return { pausedUntil: row!.pausedUntil, doubts: row!.doubts ?? [] };
}

/** Adds what a store tells of all its rows. */
function addStore(corpus: { rows: number; holding: number[] }, { date, body }: Row): void {
  corpus.rows += date;
  for (const entry of (body as string | null)?.split(",") ?? []) {
    const [term, holding] = entry.split(" ").map(Number);
    corpus.holding[term!]! += holding!;
  }
}

/** A row may stand in several lists; the first one knows most of its surroundings. */
function add(candidates: Map<string, Candidate>, row: Row, terms: number): void {
  const { list, place, value } = row;
  const known = candidates.get(row.id);
  const memberships = [...known?.memberships ?? [], { list, place, value }];
  if (known) candidates.set(row.id, { ...known, memberships });
  else {
    const made = row.kind === "fact" ? factOf(row, terms) : turnOf(row, terms);
    candidates.set(row.id, { ...made, memberships });
  }
}

function factOf(row: Row, terms: number): Omit<FactCandidate, "memberships"> {
  const { id, sessionId, quote, subject, attribute, tier, source, confidence, session } = row;
  const { pinned, anchor, accessCount, injection } = row;
  return {
    kind: "fact",
    id,
    sessionId,
    text: row.body,
    quote,
    subject,
    attribute,
    value: row.slotValue,
    tags: row.tags ? row.tags.split("\n") : [],
    tier,
    source,
    confidence,
    pinned,
    anchor,
    accessCount,
    injection,
    date: new Date(row.date),
    validTo: row.validTo === null ? null : new Date(row.validTo),
    supersededAt: row.supersededAt === null ? null : new Date(row.supersededAt),
    sourceMessageIds: row.sourceIds ? row.sourceIds.split(" ") : [],
    near: termsOf(row.near, terms),
    session,
  };
}

function turnOf(row: Row, terms: number): Omit<TurnCandidate, "memberships"> {
  const { id, role, author, session, priorAsks } = row;
  return {
    kind: "turn",
    id,
    sessionId: row.sessionId!,
    role,
    author,
    text: row.body,
    prior: termsOf(row.prior, terms),
    priorAsks,
    prior2: termsOf(row.prior2, terms),
    date: new Date(row.date),
    near: termsOf(row.near, terms),
    session,
  };
}

/** Indexes of the bits that are set. */
function termsOf(bits: number, terms: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < terms; at++) if (bits & (1 << at)) found.push(at);
  return found;
}

/** Any of the words, as a text query; they are plain words of our own list. */
const relatedText = (words: readonly string[]) => words.map((word) => `'${word}'`).join("|");

/** Years that a database cannot hold count as the farthest that it can. */
const timeText = (ms: number) => new Date(Math.max(-6e13, Math.min(2.5e14, ms))).toISOString();
