/**
 * Shapes of the HTTP contract as the browser sees them (CON-3 … CON-62). They stand here until the
 * rooms' own `schema.ts` exports the same types; nothing but types may be added.
 * @module
 */
import type { Tier } from "./tokens.ts";

/** A page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** CON-3: body of every error. Further members depend on `code` (CON-4). */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  code: string;
  correlationId?: string;
  errors?: { path: string; code: string; message: string }[];
  [member: string]: unknown;
}

/** Whether recall may read and what is said may be kept. */
export type MemoryMode = "on" | "read_only" | "off";

/** CON-20. */
export interface Conversation {
  id: string;
  title: string | null;
  titleSource: "auto" | "user";
  pinned: boolean;
  archivedAt: string | null;
  projectId: string | null;
  model: string;
  temporary: boolean;
  memoryMode: MemoryMode;
  headMessageId: string | null;
  activeTurnId: string | null;
  messageCount: number;
  createdAt: string;
  updatedAt: string;
  deletedAt: string | null;
}

/** One hit of a search over own conversations (CHT-7). */
export interface SearchHit {
  kind: "title" | "message";
  sessionId: string;
  sessionTitle: string | null;
  messageId: string | null;
  role: "user" | "assistant" | null;
  author: string | null;
  snippet: string;
  /** Offsets in code points of `snippet`. */
  highlights: [start: number, end: number][];
  createdAt: string;
}

/** How a message or turn stands. */
export type MessageStatus =
  | "streaming"
  | "complete"
  | "stopped"
  | "interrupted"
  | "refused"
  | "error";

/** What a check decided. */
export type Verdict = "allow" | "allow_with_care" | "transform" | "refuse" | "escalate";

/** Rating of an answer. */
export interface Feedback {
  vote: "up" | "down" | null;
  ratings?: Record<string, number>;
  note?: string;
}

/** CON-22. */
export interface Message {
  id: string;
  sessionId: string;
  parentId: string | null;
  turnId: string | null;
  role: "user" | "assistant";
  author: string;
  content: string;
  status: MessageStatus;
  model: string | null;
  finishReason: "stop" | "length" | "quota" | "user" | "policy" | "host" | null;
  promptTokens: number | null;
  completionTokens: number | null;
  measured: boolean | null;
  verdict: Verdict | null;
  siblingIds: string[];
  editedFrom: string | null;
  remember: boolean;
  feedback: Feedback | null;
  receiptUrl: string | null;
  createdAt: string;
}

/** CON-30 `turn`. */
export interface TurnEvent {
  turnId: string;
  sessionId: string;
  userMessageId: string;
  assistantMessageId: string;
  model: string;
  title: string | null;
  branch: { index: number; count: number };
  clientMessageId: string | null;
}

/** CON-30 `policy`, with the help route of CON-31. */
export interface PolicyEvent {
  stage: "pre" | "post";
  verdict: Verdict;
  principles: { name: string; score?: number; finding?: string }[];
  note: string | null;
  decisionId: string;
  helpRoute?: { title: string; text: string; links: { label: string; href: string }[] };
}

/** One memory or turn that was put into the prompt. */
export interface RecallItem {
  kind: "fact" | "turn";
  memoryId?: string;
  messageId?: string;
  author?: string;
  /** Of facts. */
  tier?: Tier;
  snippet: string;
  score: number;
  reasons: string[];
  sourceMessageId?: string;
  date: string;
}

/** CON-30 `recall`. */
export interface RecallEvent {
  items: RecallItem[];
  heldBack: number;
  dropped: { block: string; count: number; reason: string }[];
  degraded: boolean;
  ms: number;
}

/** CON-30 `delta`. */
export interface DeltaEvent {
  text: string;
  replaceFrom?: number;
}

/** How close an allowance is to its end. */
export type QuotaLevel = "ok" | "notice" | "strong" | "blocked";

/** One allowance after a turn. */
export interface QuotaFigure {
  resource: string;
  used: number;
  limit: number | null;
  percentage: number | null;
  resetsAt: string;
  level: QuotaLevel;
}

/** CON-30 `usage`. */
export interface UsageEvent {
  promptTokens: number;
  completionTokens: number;
  measured: boolean;
  quota: QuotaFigure[];
}

/** CON-30 `done`. */
export interface DoneEvent {
  status: Exclude<MessageStatus, "streaming" | "error">;
  finishReason: Message["finishReason"];
  textLength: number;
  textHash: string;
  latencyMs: number | null;
  ttftMs: number | null;
  receiptUrl: string;
}

/** CON-32 `error`. */
export interface ErrorEvent {
  problem: ProblemBody;
  retryable: boolean;
}

/** CON-24: a finished turn, or a running one with the text so far. */
export interface TurnAnswer {
  turn: {
    id: string;
    sessionId: string;
    userMessageId: string;
    assistantMessageId: string;
    status: "queued" | MessageStatus;
    model: string;
    startedAt: string;
    endedAt: string | null;
    errorCode: string | null;
    eventsUrl: string;
  };
  userMessage: Message;
  assistantMessage: Message;
  recall: RecallEvent | null;
  policy: PolicyEvent[];
  usage: UsageEvent | null;
}

/** CON-28. */
export interface Estimate {
  promptTokens: number;
  answerTokens: number;
  totalTokens: number;
  share: number | null;
  limit: number | null;
  remaining: number | null;
  fits: boolean;
  contextFill: number;
  resetsAt: string;
}

/** One term of a score (MEM-56). */
export interface ScoreTerm {
  name: string;
  rank?: number;
  value?: number;
  weight?: number;
  amount: number;
}

/** A memory as it was used in an answer (CHT-62). */
export interface ReceiptItem {
  kind: "fact" | "turn";
  memoryId: string | null;
  sourceMessageId: string | null;
  sourceSessionId: string | null;
  author: string | null;
  tier: Tier | null;
  /** The text as used; null once the memory was forgotten. */
  text: string | null;
  forgotten: boolean;
  score: number;
  parts: ScoreTerm[];
  reasons: string[];
  date: string;
}

/** One check of an answer, as a receipt keeps it. */
export interface ReceiptDecision {
  id: string;
  stage: string;
  verdict: Verdict;
  principles: Record<string, { score: number; finding: string }>;
  alignmentScore: number | null;
  policyVersion: number;
  ms: number;
}

/** CHT-61. */
export interface Receipt {
  messageId: string;
  turnId: string;
  model: string | null;
  items: ReceiptItem[];
  dropped: RecallEvent["dropped"];
  heldBack: number;
  degraded: boolean;
  policy: ReceiptDecision[];
  usage: {
    promptTokens: number | null;
    completionTokens: number | null;
    measured: boolean | null;
    ttftMs: number | null;
    latencyMs: number | null;
  };
}

/** CON-40. */
export interface Memory {
  id: string;
  type: string;
  tier: Tier;
  source: "first_hand" | "second_hand" | "inferred";
  text: string;
  quote: string | null;
  sourceMessageIds: string[];
  sessionId: string | null;
  subject: string | null;
  attribute: string | null;
  value: string | null;
  confidence: number;
  tags: string[];
  pinned: boolean;
  anchor: boolean;
  locked: boolean;
  injection: string;
  validFrom: string;
  validTo: string | null;
  createdAt: string;
  updatedAt: string;
  supersededBy: string | null;
  supersededAt: string | null;
  accessCount: number;
  lastAccessedAt: string | null;
  expiresAt: string | null;
  deletedAt: string | null;
  bytes: number;
}

/** CON-42: one result, a fact or a passage of a conversation. */
export type SearchItem =
  | { kind: "fact"; memory: Memory; score: number; parts: ScoreTerm[] }
  | {
    kind: "turn";
    message: {
      id: string;
      sessionId: string;
      sessionTitle: string | null;
      role: "user" | "assistant";
      author: string;
      content: string;
      createdAt: string;
    };
    score: number;
    parts: ScoreTerm[];
  };

/** CON-42. */
export interface SearchAnswer {
  items: SearchItem[];
  total: number;
  degraded: boolean;
  ms: number;
}

/** CON-45. */
export interface Forgotten {
  id: string;
  deletedAt: string;
  undoUntil: string;
}

/** MEM-84, as far as the page of memories shows it. */
export interface MemoryStats {
  total: number;
  tiers: Record<Tier, { count: number; capacity: number | null }>;
  pinned: number;
  anchors: number;
  past: number;
  bytes: number;
  limitBytes: number | null;
  waiting: { proposals: number; contradictions: number };
  growth: { day: string; count: number }[];
  hitRate: number | null;
  saveRate: number | null;
  health: {
    embeddingModel: string;
    withoutVector: number;
    otherModel: number;
    trash: number;
    trashBytes: number;
    ending: number;
    duplicates: number;
    unused: number;
    withoutSource: number;
  };
}

/** Something that waits for its owner's word (MEM-35). */
export interface Proposal {
  id: string;
  op: "save" | "forget" | "merge";
  type: string;
  text: string;
  quote: string | null;
  reason: string | null;
  shield: boolean;
  sourceMessageId: string | null;
  sessionId: string | null;
  affects: { id: string; text: string }[];
  createdAt: string;
  expiresAt: string;
}

/** What memory took from one message (MEM-35, MEM-36, MEM-41). */
export interface Taken {
  saved: Memory[];
  replaced: { memory: Memory; eventId: string }[];
  proposals: Proposal[];
}

/** Something that was not saved, and why (MEM-28). */
export interface NotSaved {
  id: string;
  reason: string;
  text: string;
  sourceMessageId: string | null;
  sessionId: string | null;
  canSave: boolean;
  createdAt: string;
  expiresAt: string;
}

/** Two memories that cannot both be true (MEM-43). */
export interface Contradiction {
  id: string;
  older: Memory;
  newer: Memory;
  createdAt: string;
}

/** How far memory may go by itself (MEM-34). */
export interface MemorySettings {
  automatic: "on" | "proposals" | "off";
  allowed: string[];
  pausedUntil: string | null;
}

/** A step of a memory's history (MEM-83). */
export interface MemoryEvent {
  id: string;
  action: string;
  actor: string;
  reason: string | null;
  changes: { name: string; before?: unknown; after?: unknown }[];
  createdAt: string;
}

/** A tie to another memory. */
export interface MemoryLink {
  kind: string;
  direction: "from" | "to";
  memoryId: string;
  text: string;
  past: boolean;
  createdAt: string;
}

/** A message a memory comes from. */
export interface MemorySource {
  id: string;
  sessionId: string;
  sessionTitle: string | null;
  role: "user" | "assistant";
  author: string;
  content: string;
  createdAt: string;
}

/** A step of any memory's history, for the line of time. */
export interface TimelineItem extends MemoryEvent {
  memoryId: string;
  text: string;
}

/** What an import did, or would do (MEM-88). */
export interface ImportReport {
  preview: boolean;
  lines: number;
  added: number;
  known: number;
  forgotten: number;
  refused: number;
  items: { text: string; result: "new" | "known" | "forgotten" | "refused" }[];
}

/** One allowance of CON-52. */
export interface QuotaResource {
  used: number;
  reserved: number;
  limit: number | null;
  remaining: number | null;
  percentage: number | null;
  usedHuman?: string;
  limitHuman?: string | null;
}

/** CON-52. */
export interface Quota {
  plan: string;
  effectivePlan: string;
  trialEndsAt: string | null;
  resources: Record<"llm_tokens" | "messages" | "memory_storage" | "agent_minutes", QuotaResource>;
  resetsAt: string;
  monthResetsAt: string;
  warnings: { resource: string; level: Exclude<QuotaLevel, "ok">; percentage: number }[];
  overrides: {
    resource: string;
    limit: number | null;
    from: string;
    until: string | null;
    reason: string;
  }[];
  /** Only while answers wait in a lower class than the plan's. */
  queue?: {
    class: string;
    reason: "fair_use" | "unusual_use";
    resource: string | null;
    until: string | null;
  };
}

/** API-70: something a person is told, in their language. */
export interface Notice {
  id: string;
  kind: string;
  topic: "usage" | "plan" | "security" | "proposal" | "account" | "test";
  title: string;
  text: string;
  href: string;
  createdAt: string;
  readAt: string | null;
}

/** API-70: the event `state` of the stream of notifications. */
export interface FeedState {
  unread: number;
  plan: string;
  effectivePlan: string;
}

/** BIL-12: how a subscription stands. */
export interface Subscription {
  available: boolean;
  provider: "stripe" | "test";
  plan: string;
  status: "none" | "trialing" | "active" | "past_due" | "canceled";
  providerStatus: string | null;
  nextPlan: string | null;
  currentPeriodStart: string | null;
  currentPeriodEnd: string | null;
  cancelAtPeriodEnd: boolean;
  graceEndsAt: string | null;
  hasCustomer: boolean;
  lastSync: string | null;
}

/** BIL-9. Amounts are in the smallest unit of the currency. */
export interface Invoice {
  id: string;
  number: string | null;
  periodStart: string | null;
  periodEnd: string | null;
  amount: number;
  amountRefunded: number;
  currency: string;
  status: "open" | "paid" | "void" | "uncollectible";
  hostedUrl: string | null;
  pdfUrl: string | null;
  paidAt: string | null;
  createdAt: string;
}

/** USE-44: a part of what was used. */
export interface UsagePart {
  name: string;
  label: string | null;
  tokens: number;
  messages: number;
  entries: number;
}

/** USE-44. */
export interface UsageBreakdown {
  days: number;
  byFeature: UsagePart[];
  byModel: UsagePart[];
  byKey: UsagePart[];
  byConversation: UsagePart[];
}

/** USE-43: one entry of the ledger. */
export interface LedgerEntry {
  id: string;
  sequence: number;
  resource: string;
  amount: number;
  kind: string;
  day: string;
  occurredAt: string;
  metadata: Record<string, string | number | boolean | null>;
  hash: string;
}

/** An event of the payment provider, as operators see it. */
export interface PaymentEventView {
  id: string;
  type: string;
  subscriptionId: string | null;
  customerId: string | null;
  happenedAt: string;
  receivedAt: string;
  status: string;
  attempts: number;
  lastError: string | null;
}

/** A comparison with the payment provider. */
export interface ReconcileRunView {
  id: string;
  at: string;
  cause: string;
  checked: number;
  failed: number;
  drift: { userId: string; field: string; here: string; there: string }[];
}

/** A limit that was set for one person. */
export interface OverrideView {
  id: string;
  resource: string;
  limit: number | null;
  from: string;
  until: string | null;
  reason: string;
  revokedAt: string | null;
}

/** CON-53: one day. */
export interface HistoryDay {
  day: string;
  resources: Record<string, { amount: number; count: number }>;
}

/** CON-54. */
export interface LedgerCheck {
  valid: boolean;
  rows: number;
  head: string;
  firstBad: { id: string; reason: string } | null;
  checkedAt: string;
}

/** CON-55: one plan. */
export interface Plan {
  plan: string;
  name: string;
  price: { amount: number; currency: string; interval: string | null };
  trialDays: number | null;
  limits: {
    tokensPerDay: number | null;
    messagesPerDay: number | null;
    storageBytes: number | null;
    agentMinutesPerMonth: number | null;
    apiRequestsPerMinute: number | null;
    chatTurnsPerMinute: number | null;
    answerTokens: number | null;
    promptTokens: number | null;
    concurrentStreams: number | null;
  };
  school: { from: number; to: number } | null;
  queue: string;
  features: { mcp: boolean; agents: boolean };
  fairUse: { tokensPerDay: number; messagesPerDay: number } | null;
}

/** CON-11: who is signed in. */
export interface User {
  id: string;
  email: string;
  displayName: string;
  emailVerified: boolean;
  role: string;
  plan: string;
  effectivePlan: string;
  trialEndsAt: string | null;
  locale: string;
  timeZone: string;
  createdAt: string;
}

/** CON-61: something built in that does the work of a service that is not set up. */
export interface StandIn {
  component: string;
  label: string;
}
