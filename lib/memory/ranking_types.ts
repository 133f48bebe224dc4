/** A candidate list of the database that a row stands in. */
export interface Membership {
  list: "full_text" | "trigram" | "slot" | "vector" | "recent" | "anchor";
  /** From 1. */
  place: number;
  /** Its own measure: rank, similarity or cosine. */
  value: number;
}

/** A fact that may answer a question. */
export interface FactCandidate {
  kind: "fact";
  id: string;
  text: string;
  quote: string | null;
  subject: string | null;
  attribute: string | null;
  value: string | null;
  tags: readonly string[];
  tier: "itm" | "ltm";
  source: "first_hand" | "second_hand" | "inferred";
  confidence: number;
  pinned: boolean;
  anchor: boolean;
  accessCount: number;
  injection: "any_model" | "local_models" | "never";
  /** When it became true. */
  date: Date;
  validTo: Date | null;
  supersededAt: Date | null;
  sourceMessageIds: readonly string[];
  sessionId: string | null;
  /** Terms of the question that the message it comes from holds, or that message's neighbours. */
  near: readonly number[];
  /** How much the whole conversation it comes from is about the question. */
  session: number;
  memberships: readonly Membership[];
}

/** A message that may answer a question. */
export interface TurnCandidate {
  kind: "turn";
  id: string;
  sessionId: string;
  role: "user" | "assistant";
  author: string;
  text: string;
  /** Terms of the question that the neighbouring turns hold. */
  near: readonly number[];
  /** How much the whole conversation is about the question. */
  session: number;
  /** Terms of the question that the turn before it holds, and whether that one asks something. */
  prior: readonly number[];
  priorAsks: boolean;
  /** Terms of the question that the turn before that one holds. */
  prior2: readonly number[];
  date: Date;
  memberships: readonly Membership[];
}

export type Candidate = FactCandidate | TurnCandidate;

/** How common the terms of a question are among all rows of their owner. */
export interface Corpus {
  rows: number;
  /** How many rows hold each term. */
  holding: readonly number[];
}
