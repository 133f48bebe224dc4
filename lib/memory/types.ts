/** A part of a score: a list or term, what it was worth and what it added. */
export interface ScorePart {
  name: string;
  /** Place in the list it comes from, from 1. */
  rank?: number;
  value: number;
  weight: number;
  /** What it adds to the score; the amounts of all parts add up to the score. */
  amount: number;
}

/** A stored fact as recall and search find it. */
export interface FoundFact {
  kind: "fact";
  memoryId: string;
  text: string;
  tier: "itm" | "ltm";
  sourceMessageId: string | null;
  sourceSessionId: string | null;
  /** When it became true. */
  date: Date;
  /** Last moment it was true, of facts that were replaced. */
  until: Date | null;
  anchor: boolean;
  score: number;
  parts: ScorePart[];
  reasons: string[];
}

/** A stored message as recall and search find it. */
export interface FoundTurn {
  kind: "turn";
  messageId: string;
  sessionId: string;
  role: "user" | "assistant";
  author: string;
  text: string;
  date: Date;
  score: number;
  parts: ScorePart[];
  reasons: string[];
}

export type Found = FoundFact | FoundTurn;

/** What a turn asks memory. */
export interface RecallRequest {
  userId: string;
  /** The current message. */
  query: string;
  /** The last two messages of the user, for short queries. */
  previous: readonly string[];
  /** Messages that stand whole in the prompt already. */
  excludeMessageIds: readonly string[];
  /**
   * The running conversation. Its other branches are not recalled: of it, only messages on the
   * path, and those that are older than what is known of the path.
   */
  conversation?: { sessionId: string; path: readonly string[]; since: Date };
  /** Names a question may mention, in the order that turns are asked about. */
  userName: string;
  /** Largest sum of tokens of the recalled texts. */
  tokenBudget: number;
  /** Whether the model runs on a machine of the operator. */
  modelLocation: "local" | "remote";
  searchConversations: boolean;
}

/** What recall found. */
export interface Recall {
  items: Found[];
  /** Items that must not reach this model. */
  heldBack: number;
  /** Whether a list was missing (no embedding host). */
  degraded: boolean;
  /** Version of the ranking weights. */
  weightsVersion: number;
  /** Milliseconds it took. */
  ms: number;
}
