import type { Clock } from "@/lib/platform/clock.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { estimateTokens, LEXICAL_MODEL } from "@/lib/model/mod.ts";
import { createQueryVectors, type QueryEmbedder } from "./query_vectors.ts";
import { type Candidate, parseQuestion, type Query, rank, type Ranked } from "./ranking.ts";
import { RANKING_WEIGHTS_VERSION } from "./ranking_weights.ts";
import { type CandidateQuery, type Care, findCandidates } from "./recall_store.ts";
import { selectForRecall } from "./selection.ts";
import { createWordCounts } from "./word_counts.ts";
import { isPast } from "./question_match.ts";
import type { Found, Recall, RecallRequest } from "./types.ts";

/** What retrieval is given. */
export interface RecallDependencies {
  db: Database;
  clock: Clock;
  metrics: Metrics;
  embedder: QueryEmbedder;
}

/** What a search asks for. */
export interface SearchRequest {
  /** 1..1,000 characters. */
  query: string;
  /** 1..50. */
  limit: number;
  kinds: readonly ("fact" | "turn")[];
  includePast: boolean;
  /** Facts below it are left out; turns have no confidence. */
  minConfidence?: number | undefined;
  /** Whether unrelated rows fill the list up to the limit; measuring wants them. */
  fill?: boolean;
}

/** What a search found. */
export interface SearchResult {
  /** Best first. */
  results: Found[];
  /** How many rows are related, before the limit. */
  total: number;
  /** Whether a list was missing (no embedding host). */
  degraded: boolean;
  /** Milliseconds it took. */
  ms: number;
}

/** Recall that takes longer is skipped: an answer without memory is better than none (MEM-61). */
const PATIENCE_MS = 1_000;
/** From here words are recognised by their spelling. */
const SPELLED_LENGTH = 4;
/** Rows of each list: a search shows up to fifty, a prompt takes eight. */
const SEARCHED = 50;
const RECALLED = 30;
const NUMBER = /^\p{N}+$/u;

/** Recall for answers and search for people, over one ranking. */
export function createRecall({ db, clock, metrics, embedder }: RecallDependencies) {
  const vectors = createQueryVectors(embedder, clock);
  const counts = createWordCounts(clock);
  const lexicalVectors = embedder.model === LEXICAL_MODEL;
  const measures = registerMetrics(metrics);

  /** Asks both stores and ranks what they give. */
  async function find(
    userId: string,
    query: Query,
    options: {
      facts: boolean;
      turns: boolean;
      includePast: boolean | null;
      without: readonly string[];
      within?: CandidateQuery["within"];
      care: boolean;
      best: number;
      fill: number;
      letters: CandidateQuery["letters"];
      vector: readonly number[] | null;
    },
  ): Promise<{ ranked: Ranked[]; care: Care | null }> {
    const question = parseQuestion(query);
    const { corpus, candidates, care } = await findCandidates(db, {
      words: question.terms.map(({ word, typed, weight, light, name }) => ({
        word,
        typed: typed.toLowerCase(),
        weight,
        name,
        mayBeMisspelled: !light && word.length >= SPELLED_LENGTH && !NUMBER.test(word) &&
          (question.personal || name),
      })),
      letters: options.letters,
      vector: options.vector,
      vectorModel: embedder.model,
      vectorLast: lexicalVectors,
      at: query.now,
      includePast: options.includePast ?? question.past,
      facts: options.facts,
      turns: options.turns,
      spans: question.spans,
      byUser: question.firstPerson,
      without: options.without,
      within: options.within,
      care: options.care,
      best: options.best,
      fill: options.fill,
      related: [...question.related.values()],
    }, { userId, counts });
    return {
      ranked: rank(question, candidates, {
        lexicalVectors,
        cosineFloor: embedder.floor,
        corpus,
      }),
      care,
    };
  }

  return {
    /**
     * What memory holds about a message. Never throws: when the database fails or is slow, nothing
     * is recalled and the result is marked degraded.
     */
    async recall(request: RecallRequest): Promise<Recall> {
      const started = clock.monotonic();
      const answer = await inTime(clock, () => recalled(request));
      const { items, heldBack, degraded } = answer.value ??
        { items: [], heldBack: 0, degraded: true };
      const ms = clock.monotonic() - started;
      measures.duration.observe(ms / 1000);
      measures.tokens.observe(items.reduce((sum, item) => sum + estimateTokens(item.text), 0));
      for (const tier of ["itm", "ltm", "turn"] as const) {
        const hit = items.some((item) => (item.kind === "turn" ? "turn" : item.tier) === tier);
        measures.retrieval.add(1, { tier, result: answer.fault ?? (hit ? "hit" : "miss") });
      }
      return { items, heldBack, degraded, weightsVersion: RANKING_WEIGHTS_VERSION, ms };
    },

    /**
     * Searches facts and turns by the ranking of recall.
     *
     * @throws Problem 503 `database_unavailable`
     */
    async search(userId: string, request: SearchRequest): Promise<SearchResult> {
      const started = clock.monotonic();
      const now = clock.now();
      const hybrid = !lexicalVectors;
      const vector = hybrid ? await vectors.of(request.query) : null;
      const { ranked } = await find(userId, { text: request.query, now, literal: true }, {
        facts: request.kinds.includes("fact"),
        turns: request.kinds.includes("turn"),
        includePast: request.includePast,
        without: [],
        care: false,
        best: SEARCHED,
        letters: { most: 4, always: true },
        fill: request.fill ? request.limit : 0,
        vector,
      });
      const related = ranked.filter(({ related, candidate }) =>
        (related || request.fill) &&
        (candidate.kind === "turn" || candidate.confidence >= (request.minConfidence ?? 0))
      );
      const degraded = hybrid && vector === null;
      const ms = clock.monotonic() - started;
      measures.search.add(1, { mode: degraded || lexicalVectors ? "lexical" : "hybrid" });
      measures.latency.observe(ms / 1000, { mode: "search" });
      return {
        results: related.slice(0, request.limit).map((item) => toFound(item, now)),
        total: related.length,
        degraded,
        ms,
      };
    },
  };

  async function recalled(
    request: RecallRequest,
  ): Promise<Pick<Recall, "items" | "heldBack" | "degraded">> {
    const now = clock.now();
    const { query: text, previous, userName } = request;
    const vector = lexicalVectors ? null : await vectors.of(text);
    const found = await find(request.userId, { text, previous, userName, now }, {
      facts: true,
      turns: request.searchConversations,
      includePast: null,
      without: request.excludeMessageIds,
      within: request.conversation,
      care: true,
      best: RECALLED,
      // The first words of an answer wait for this.
      letters: { most: 2, always: false },
      fill: 0,
      vector,
    });
    const { pausedUntil, doubts } = found.care!;
    if (pausedUntil && pausedUntil > now) return { items: [], heldBack: 0, degraded: false };
    // Of two facts that contradict each other, the older one waits for its owner's word (MEM-43).
    const doubted = new Set(doubts.map(({ older }) => older));
    const uncertain = new Set(doubts.map(({ newer }) => newer));
    const shown = new Set(request.excludeMessageIds);
    const ranked = found.ranked.filter(({ candidate }) =>
      !doubted.has(candidate.id) && !isShown(candidate, shown)
    );
    const mayReach = ({ candidate }: Ranked) =>
      request.modelLocation === "local" || candidate.kind === "turn" ||
      candidate.injection === "any_model";
    const wanted = selectForRecall(ranked, request);
    const heldBack = wanted.filter((item) => !mayReach(item)).length;
    const items = heldBack === 0 ? wanted : selectForRecall(ranked.filter(mayReach), request);
    return {
      items: items.map((item) => {
        const made = toFound(item, now);
        return uncertain.has(item.candidate.id)
          ? { ...made, reasons: [...made.reasons, "uncertain"] }
          : made;
      }),
      heldBack,
      degraded: vector === null && !lexicalVectors,
    };
  }
}

/** Whether something is gathered from messages alone that stand whole in the prompt (MEM-50). */
function isShown(candidate: Candidate, shown: ReadonlySet<string>): boolean {
  return candidate.kind === "fact" && candidate.source === "inferred" &&
    candidate.sourceMessageIds.length > 0 &&
    candidate.sourceMessageIds.every((id) => shown.has(id));
}

/** Runs `work` for as long as recall may take; a failure or delay is a fault, not an error. */
async function inTime<T>(
  clock: Clock,
  work: () => Promise<T>,
): Promise<{ value?: T; fault?: "error" | "timeout" }> {
  const late = Promise.withResolvers<{ fault: "timeout" }>();
  const cancel = clock.after(PATIENCE_MS, () => late.resolve({ fault: "timeout" }));
  try {
    return await Promise.race([work().then((value) => ({ value })), late.promise]);
  } catch {
    return { fault: "error" };
  } finally {
    cancel();
  }
}

function registerMetrics(metrics: Metrics) {
  return {
    duration: metrics.histogram("memory_recall_duration_seconds", "Time of a recall"),
    latency: metrics.histogram("vector_search_latency_seconds", "Time of a memory search", {
      labels: ["mode"],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    retrieval: metrics.counter("memory_retrieval_total", "Recalls by store and result", [
      "tier",
      "result",
    ]),
    search: metrics.counter("memory_search_total", "Searches of memory", ["mode"]),
    tokens: metrics.histogram(
      "intelligence_memory_context_tokens",
      "Tokens of recalled texts in a prompt",
      { buckets: [0, 50, 100, 200, 400, 800, 1200, 1600, 2000] },
    ),
  };
}

function toFound(item: Ranked, now: Date): Found {
  const { candidate, score } = item;
  const { parts, reasons } = item.explain();
  if (candidate.kind === "turn") {
    const { id, sessionId, role, author, text, date } = candidate;
    return {
      kind: "turn",
      messageId: id,
      sessionId,
      role,
      author,
      text,
      date,
      score,
      parts,
      reasons,
    };
  }
  const past = isPast(candidate, now);
  return {
    kind: "fact",
    memoryId: candidate.id,
    text: candidate.text,
    tier: candidate.tier,
    sourceMessageId: candidate.sourceMessageIds[0] ?? null,
    sourceSessionId: candidate.sessionId,
    date: candidate.date,
    until: past ? candidate.validTo ?? candidate.supersededAt : null,
    anchor: candidate.anchor,
    score,
    parts,
    reasons,
  };
}
