import type { Conversation, Message, Page, ProblemBody, TurnAnswer } from "../contract.ts";
import type { Api } from "./api.ts";
import type { FollowEnd } from "./follow.ts";
import type { LiveTurn } from "./turn.ts";
import { isStoredText } from "./verify.ts";

/** What is known beside the turn itself. */
export interface SettleContext {
  api: Api;
  /** What is shown before the turn. */
  before: Message[];
  /** The user's words, when this turn stored them. */
  said: string | null;
  userName: string;
  /** Variants changed: read the path anew instead of building it. */
  reread: boolean;
  now: Date;
}

/** What is shown after a turn. */
export interface Settled {
  messages: Message[];
  problem: ProblemBody | null;
  /** The conversation a refused turn was stored in all the same; else null. */
  conversation: Conversation | null;
}

/**
 * Turns the end of a turn into messages. The stored text wins over the one built here: when they
 * differ, the turn is loaded and its text is shown (CHT-54).
 */
export async function settle(end: FollowEnd, context: SettleContext): Promise<Settled> {
  const { live } = end;
  const problem = end.kind === "problem" ? end.problem : live.error?.problem ?? null;
  if (!live.turn) {
    // Nothing was stored, so nothing is shown; the composer takes the words back.
    return await storedAnyway(problem, context) ??
      { messages: context.before, problem, conversation: null };
  }
  const differs = live.done !== null && !(await isStoredText(live.text, live.done));
  const local = [...context.before, ...ownMessage(live, context), ...answer(live, context)];
  const ended = { problem, conversation: null };
  try {
    if (context.reread) return { ...ended, messages: await path(live.turn.sessionId, context) };
    if (!differs && live.done) return { ...ended, messages: local };
    const stored = await context.api.get<TurnAnswer>(`/api/chat/turns/${live.turn.turnId}`);
    return { ...ended, messages: merge(context.before, stored) };
  } catch {
    return { ...ended, messages: local };
  }
}

/** A turn that could not be answered may be stored with its message (CON-4, CHT-76). */
async function storedAnyway(
  problem: ProblemBody | null,
  context: SettleContext,
): Promise<Settled | null> {
  const sessionId = problem?.["sessionId"];
  if (typeof sessionId !== "string" || !problem?.["userMessageId"]) return null;
  try {
    const conversation = await context.api.get<Conversation>(`/api/chat/sessions/${sessionId}`);
    return { messages: await path(sessionId, context), problem, conversation };
  } catch {
    return null;
  }
}

async function path(sessionId: string, { api }: SettleContext): Promise<Message[]> {
  const url = `/api/chat/sessions/${sessionId}/messages?view=path`;
  return (await api.get<Page<Message>>(url)).items;
}

function merge(before: Message[], stored: TurnAnswer): Message[] {
  const known = new Set([stored.userMessage.id, stored.assistantMessage.id]);
  return [
    ...before.filter((m) => !known.has(m.id)),
    stored.userMessage,
    stored.assistantMessage,
  ];
}

function ownMessage(live: LiveTurn, { said, userName, before, now }: SettleContext): Message[] {
  if (said === null) return [];
  const { userMessageId } = live.turn!;
  return [{
    ...blank(live, now),
    id: userMessageId,
    parentId: before.at(-1)?.id ?? null,
    role: "user",
    author: userName,
    content: said,
    siblingIds: [userMessageId],
  }];
}

function answer(live: LiveTurn, { now }: SettleContext): Message[] {
  const turn = live.turn!;
  if (live.text === "" && live.error) return [];
  return [{
    ...blank(live, now),
    id: turn.assistantMessageId,
    parentId: turn.userMessageId,
    role: "assistant",
    author: "Nova",
    content: live.text,
    status: live.done?.status ?? "error",
    model: turn.model,
    finishReason: live.done?.finishReason ?? null,
    promptTokens: live.usage?.promptTokens ?? null,
    completionTokens: live.usage?.completionTokens ?? null,
    measured: live.usage?.measured ?? null,
    verdict: strictest(live),
    siblingIds: [turn.assistantMessageId],
    receiptUrl: live.done?.receiptUrl ?? null,
  }];
}

const STRICTNESS = ["allow", "allow_with_care", "transform", "refuse", "escalate"] as const;

/** The strictest verdict of a turn's checks (POL-12). */
export function strictest(live: Pick<LiveTurn, "policies">): Message["verdict"] {
  const ranks = live.policies.map((p) => STRICTNESS.indexOf(p.verdict));
  return STRICTNESS[Math.max(-1, ...ranks)] ?? null;
}

function blank(live: LiveTurn, now: Date): Message {
  return {
    id: "",
    sessionId: live.turn!.sessionId,
    parentId: null,
    turnId: live.turn!.turnId,
    role: "user",
    author: "",
    content: "",
    status: "complete",
    model: null,
    finishReason: null,
    promptTokens: null,
    completionTokens: null,
    measured: null,
    verdict: null,
    siblingIds: [],
    editedFrom: null,
    remember: true,
    feedback: null,
    receiptUrl: null,
    createdAt: now.toISOString(),
  };
}
