/**
 * Version of everything below. Receipts keep it, so that a score can be read years later: change a
 * number, raise the version.
 */
export const RANKING_WEIGHTS_VERSION = 4;

/** Measures of likeness, by their name in a score's parts. */
export const SIGNALS = [
  "full_text",
  "neighbours",
  "trigram",
  "pairs",
  "session",
  "coverage",
  "reply",
  "prior",
  "prior_2",
  "kind",
  "speaker",
  "date",
  "answer",
  "telling",
  "slot",
  "vector",
] as const;
export type Signal = typeof SIGNALS[number];

/**
 * How much each measure counts, in proportion to the others: the middle, rounded to a tenth, between
 * weights found by coordinate ascent on recall@10 and those of a regularised softmax over the
 * candidates of each question, both on the development conversations. Fitted to all but one
 * conversation and asked of that one, such weights reach 80.0 to 80.3 % recall@10; fitting more
 * closely loses a point. Those conversations hold no slots and no vectors: the last two are set by
 * hand, that of slots so that a fact which is asked for comes before the old words about the same.
 */
export const SIGNAL_WEIGHTS: Readonly<Record<Signal, number>> = {
  full_text: 0.9,
  neighbours: 0.6,
  trigram: 1,
  pairs: 0.4,
  session: 1.1,
  coverage: 0.6,
  reply: 0.7,
  prior: 0.4,
  prior_2: 0.7,
  kind: 0.9,
  speaker: 1.2,
  date: 1.5,
  answer: 0.6,
  telling: 0.8,
  slot: 4,
  vector: 1.5,
};

/** The part of a score that likeness can earn; the rest are the small terms (MEM-55). */
export const LIKENESS_SHARE = 0.9;

/**
 * Small terms: they order what is equally relevant and add up to at most 0.10. Recency is the least of
 * them: at 0.03 it cost a point of recall@10 on questions about what was said long ago.
 */
export const SMALL_TERMS = { recency: 0.01, confidence: 0.03, access: 0.02, pin: 0.02 } as const;

/** Days after which recency is worth half. */
export const HALF_LIFE_DAYS = { itm: 30, ltmFirstHand: 180, other: 90 } as const;

/** Cosine from which a row counts as related, by model; hashed words reach more by chance. */
export const COSINE_FLOOR = { default: 0.35, lexical: 0.5 } as const;

/**
 * Share of what a question is about that a row must hold (MEM-57): a fact, a fact by a name, a turn,
 * a row together with its neighbours. Facts were found worth keeping, turns are many and speak of
 * everything. A question about the asker's own life is content with any telling word. Calibrated
 * with questions that have no relation to the development conversations.
 */
export const SHARE_FLOOR = {
  fact: 0.4,
  factByName: 0.35,
  turn: 0.6,
  near: 0.6,
  nearPersonal: 0.3,
} as const;

/** What recall leaves out beside the best item: rows of less than this part of its score. */
export const RELATIVE_FLOOR = 0.2;

/** Maximal marginal relevance: weight of relevance against novelty (MEM-58). */
export const MMR_LAMBDA = 0.7;
export const MAX_PER_SOURCE = 3;
export const MAX_ITEMS = 8;
/** Anchors that each recall is offered, and the tokens they may take (MEM-47). */
export const MAX_ANCHORS = 5;
export const ANCHOR_TOKENS = 300;
