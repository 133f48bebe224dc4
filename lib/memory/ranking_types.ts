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
  createdAt: Date;
  sourceMessageIds: readonly string[];
  sessionId: string | null;
  /** The message it comes from and that message's neighbours, as far as they may be searched. */
  sourceText: string;
  context: string;
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
  /** The neighbouring turns. */
  context: string;
  /** The turn it answers, empty for the first. */
  before: string;
  date: Date;
  memberships: readonly Membership[];
}

export type Candidate = FactCandidate | TurnCandidate;
