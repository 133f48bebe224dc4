import type { Database } from "@/lib/platform/database/mod.ts";
import { COMMON, type WordCounts } from "./word_counts.ts";
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
  /** Whether it is written like a name. */
  name: boolean;
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
  /**
   * How many words that nobody ever wrote are looked for by their letters, which takes longer than all
   * else; and whether words that are no names are, when other words found something.
   */
  letters: { most: number; always: boolean };
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

/** The columns of a {@link Row}, in the order in which `recall_find` sends them. */
const COLUMNS = [
  "kind",
  "id",
  "sessionId",
  "body",
  "date",
  "near",
  "session",
  "list",
  "place",
  "value",
  "role",
  "author",
  "prior",
  "priorAsks",
  "prior2",
  "sourceIds",
  "quote",
  "subject",
  "attribute",
  "slotValue",
  "tags",
  "tier",
  "source",
  "confidence",
  "pinned",
  "anchor",
  "accessCount",
  "injection",
  "validTo",
  "supersededAt",
] as const satisfies readonly (keyof Row)[];

/** What a call leaves out, and the words that it looks for by their letters. */
interface LeftOut {
  turns: readonly boolean[];
  facts: readonly boolean[];
  strange?: readonly string[];
}

/**
 * Reads the candidates of both stores with the owner's rights, mostly in one call: words that nobody
 * ever wrote are then looked for by their letters.
 *
 * @param options.counts what is known of how often the owner's words occur; common ones are not
 *   looked for again
 */
export async function findCandidates(
  db: Database,
  query: CandidateQuery,
  { userId, counts }: { userId: string; counts: WordCounts },
): Promise<Candidates> {
  const { words, related } = query;
  const skipped = counts.common(userId, words.map(({ word }) => word));
  const widened = related.length > 0;
  const read = (asked: CandidateQuery, left: LeftOut) => readRows(db, userId, { asked, left });
  const { rows: first, care } = await read(query, skipped);
  let rows = first;
  // Where nothing but common words was asked for, they are all there is to go by.
  const missed = onlyCommon(rows, skipped);
  if (missed.length > 0) {
    for (const store of missed) skipped[store].fill(false);
    ({ rows } = await read({ ...query, care: false }, skipped));
  }
  const corpus = { rows: 0, holding: new Array<number>(words.length + Number(widened)).fill(0) };
  for (const row of rows) {
    if (row.kind !== null) continue;
    const store = row.list as unknown as "turns" | "facts";
    const found = addStore(corpus, row, skipped[store]);
    counts.learn(userId, store, words.map(({ word }, at) => [word, found[at]!]));
  }
  const { most, always } = query.letters;
  const all = always || !rows.some(({ list }) => list === "full_text");
  const strange = words.filter(({ mayBeMisspelled, name }, at) =>
    mayBeMisspelled && (all || name) && corpus.holding[at] === 0
  ).slice(0, most);
  if (strange.length > 0) {
    const more = await read({ ...query, words: [], related: [], fill: 0, care: false }, {
      turns: [],
      facts: [],
      strange: strange.map(({ word }) => word),
    });
    rows = [...rows, ...more.rows];
  }
  const candidates = new Map<string, Candidate>();
  for (const row of rows) if (row.kind !== null) add(candidates, row, words.length);
  return { corpus, candidates: [...candidates.values()], care };
}

/** Stores in which words were left out and no other one found anything. */
function onlyCommon(
  rows: readonly Row[],
  skipped: Readonly<Record<"turns" | "facts", readonly boolean[]>>,
): ("turns" | "facts")[] {
  const found = (kind: Row["kind"]) =>
    rows.some((row) => row.kind === kind && row.list === "full_text");
  return ([["turns", "turn"], ["facts", "fact"]] as const)
    .filter(([store, kind]) => skipped[store].includes(true) && !found(kind))
    .map(([store]) => store);
}

/** Calls the function of the database. One text comes back: the client takes that apart much faster. */
async function readRows(
  db: Database,
  userId: string,
  { asked, left }: { asked: CandidateQuery; left: LeftOut },
): Promise<{ rows: Row[]; care: Care | null }> {
  const { words, within, spans, vector, without, related, best, fill, care, ...plain } = asked;
  const answer = await db.callAsUser<
    { candidates: string | null; pausedUntil: Date | null; doubts: Care["doubts"] | null }
  >(userId, "recall_find", [{
    ...plain,
    words: words.map(({ word }) => word),
    typed: words.map(({ typed }) => typed),
    weights: words.map(({ weight }) => weight),
    skippedTurns: left.turns,
    skippedFacts: left.facts,
    strange: left.strange ?? [],
    vector: vectorText(vector),
    spansFrom: spans.map(({ from }) => timeText(from)),
    spansTo: spans.map(({ to }) => timeText(to)),
    without,
    within: within?.sessionId ?? null,
    path: within?.path ?? [],
    since: within?.since ?? null,
    best,
    fill,
    related: relatedText(related),
    care,
  }]);
  const rows = (JSON.parse(answer.candidates ?? "[]") as unknown[][]).map((values) => {
    const row: Record<string, unknown> = {};
    for (let at = 0; at < COLUMNS.length; at++) row[COLUMNS[at]!] = values[at];
    return row as unknown as Row;
  });
  const { pausedUntil, doubts } = answer;
  return { rows, care: care ? { pausedUntil, doubts: doubts ?? [] } : null };
}

/** Adds what a store tells of all its rows; returns how many rows each term finds. */
function addStore(
  corpus: { rows: number; holding: number[] },
  { date, body }: Row,
  skipped: readonly boolean[],
): number[] {
  corpus.rows += date;
  const found = corpus.holding.map((_, at): number => skipped[at] ? COMMON : 0);
  for (const [at, rows] of found.entries()) corpus.holding[at]! += rows;
  for (const entry of (body as string | null)?.split(",") ?? []) {
    const [term, holding, rows] = entry.split(" ").map(Number);
    corpus.holding[term!]! += holding!;
    found[term!] = rows!;
  }
  return found;
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
