import { compactConstitution } from "@/lib/policy/mod.ts";
import { balance } from "@/lib/usage/mod.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { notFound } from "@/lib/platform/problem.ts";
import { compose } from "./compose.ts";
import type { ChatContext, ChatDependencies } from "./context.ts";
import { conversationService, receiptIn } from "./conversations.ts";
import { libraryService } from "./library.ts";
import type { Estimate } from "./schema.ts";
import { createTurnLogs } from "./turn_log.ts";
import { createTitles } from "./title.ts";
import { turnService } from "./turn_service.ts";
import * as store from "./store.ts";

export type { ChatDependencies } from "./context.ts";
export { chatApi } from "./api.ts";
export { libraryApi } from "./library_api.ts";
export {
  cleanTitle,
  createTitles,
  TITLE_JOB,
  type TitleDependencies,
  type TitleSource,
} from "./title.ts";
export { ERASE_JOB, EXTRACT_JOB } from "./turn_finish.ts";
export type { Conversation, FinishedTurn, Message, Receipt, TurnView } from "./schema.ts";

/** The service of this room. */
export type Chat = ReturnType<typeof createChat>;

/** Fewest tokens of an answer that a turn starts for. */
const LEAST_ANSWER = 64;
/** Window that is assumed of a model that does not tell. */
const DEFAULT_WINDOW = 8_192;

/** Conversations, messages and turns. */
export function createChat(dependencies: ChatDependencies) {
  const { clock, db } = dependencies;

  const context: ChatContext = {
    ...dependencies,
    processId: dependencies.ids(),
    logs: createTurnLogs(dependencies),
    modelWindow: createModelWindows(dependencies),
    ingredients: (turn, careInstruction) => ({
      persona: compactConstitution(),
      careInstruction,
      profile: turn.principal,
      today: today(turn.principal, clock.now()),
      message: turn.userMessage.content,
      unfinished: turn.unfinished,
      budget: turn.promptBudget,
    }),
  };

  /** What the next turn would cost, without asking the model. */
  async function estimate(
    principal: Principal,
    request: { content: string; sessionId?: string; model?: string },
  ): Promise<Estimate> {
    const plan = principal.limits ?? context.usage.limits(principal.effectivePlan);
    const window = await context.modelWindow(context.model.resolve(request.model));
    const answerCap = Math.min(plan.answerTokens ?? Infinity, Math.floor(window / 2));
    const budget = Math.min(plan.promptTokens ?? Infinity, window - answerCap);
    const history = request.sessionId ? await shownPath(principal.userId, request.sessionId) : [];
    const parts = {
      persona: compactConstitution(),
      careInstruction: null,
      profile: principal,
      today: today(principal, clock.now()),
      recalled: [],
      message: request.content,
      unfinished: null,
      // A message that does not fit still has a price to show.
      budget: Infinity,
    };
    const prompt = compose({ ...parts, history });
    const alone = compose({ ...parts, history: [] }).tokens;
    const report = await context.usage.quota(principal);
    const { limit, remaining } = report.resources.llm_tokens;
    const promptTokens = Math.min(prompt.tokens, Math.max(budget, 0));
    const totalTokens = promptTokens + answerCap;
    return {
      promptTokens,
      answerTokens: answerCap,
      totalTokens,
      share: limit === null ? null : round(balance(totalTokens, 0, limit).percentage ?? 100),
      limit,
      remaining,
      fits: alone <= budget && (remaining === null || alone + LEAST_ANSWER <= remaining),
      contextFill: round(Math.min(1, prompt.tokens / budget)),
      resetsAt: report.resetsAt,
    };
  }

  async function shownPath(userId: string, sessionId: string): Promise<store.MessageRow[]> {
    return await db.asUser(userId, async (tx) => {
      const session = await store.findSession(tx, sessionId);
      if (!session) throw notFound();
      if (!session.headMessageId) return [];
      const path = await store.pathFrom(tx, session.headMessageId, 50);
      return path.reverse().filter((message) => message.content !== "");
    });
  }

  /** Erases a temporary conversation an hour after its last message (CHT-10). */
  async function eraseTemporary(userId: string, sessionId: string): Promise<void> {
    await db.asUser(userId, async (tx) => {
      const session = await store.findSession(tx, sessionId, { lock: true });
      const quietSince = clock.now().getTime() - 60 * 60_000;
      if (!session?.temporary || session.updatedAt.getTime() > quietSince) return;
      await tx`delete from chat_sessions where id = ${sessionId}`;
    });
  }

  return {
    conversations: conversationService(context),
    library: libraryService(context, { receipt: receiptIn }),
    turns: turnService(context),
    estimate,
    eraseTemporary,
    /** Gives a conversation a title from the model, once. */
    nameConversation: createTitles(dependencies),
  };
}

/** Windows hardly ever change; they are looked at again after this. */
const WINDOW_LIFE_MS = 60_000;

/** Windows of models: a known one is given at once and renewed beside, so that no turn waits. */
function createModelWindows({ model, clock }: Pick<ChatDependencies, "model" | "clock">) {
  const known = new Map<string, number>();
  let renewAt = 0;
  async function renew(): Promise<void> {
    renewAt = clock.monotonic() + WINDOW_LIFE_MS;
    for (const info of await model.list()) known.set(info.id, info.window || DEFAULT_WINDOW);
  }
  return async (name: string): Promise<number> => {
    if (!known.has(name)) await renew();
    else if (renewAt <= clock.monotonic()) void renew();
    return known.get(name) ?? DEFAULT_WINDOW;
  };
}

/** The date where the person is, in words a model reads well. */
function today(principal: { timeZone: string }, now: Date): string {
  const { timeZone } = principal;
  try {
    let format = dateFormats.get(timeZone);
    if (!format) {
      format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone });
      dateFormats.set(timeZone, format);
    }
    return format.format(now);
  } catch {
    return now.toISOString().slice(0, 10);
  }
}

/** Making one takes longer than all else in a prompt; there are as many as zones in use. */
const dateFormats = new Map<string, Intl.DateTimeFormat>();

const round = (value: number) => Math.round(value * 100) / 100;
