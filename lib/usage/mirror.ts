import type { Clock } from "@/lib/platform/clock.ts";
import { type Kv, userKey } from "@/lib/platform/kv.ts";
import type { PlanLimits } from "@/lib/plans/mod.ts";

/** What was used of a day, as it was last read from the database. Holds are left out: they end. */
export interface MirroredUse {
  dayUtc: string;
  tokens: number;
  messages: number;
  /** Milliseconds since 1970 of the reading. */
  at: number;
}

/** A reading counts as fresh for so long (USE-26). */
const FRESH_MS = 5_000;
const MAX_KEPT = 10_000;

/**
 * A copy of balances that may refuse early and never grants. What was used only grows within a day,
 * so a copy that says "full" is right, and one that says "free" is asked after in the database.
 */
export type Mirror = ReturnType<typeof createMirror>;

/** A mirror in this process, with a copy in KV for others; without KV it is this process's alone. */
export function createMirror(
  options: {
    kv: Kv | null;
    clock: Clock;
    /** People whose use is remembered; default 10,000. */
    maxKept?: number;
  },
) {
  const { kv, clock } = options;
  const kept = new Map<string, MirroredUse | null>();
  const keyOf = (userId: string) => userKey(userId, "usage", "day");
  const isFresh = (use: MirroredUse | null | undefined): use is MirroredUse =>
    Boolean(use) && clock.now().getTime() - use!.at <= FRESH_MS;

  async function find(userId: string): Promise<MirroredUse | null> {
    const here = kept.get(userId);
    if (isFresh(here)) return here;
    // Another process may have read more recently; it is asked once after each reading of ours.
    if (here === null || !kv?.available) return null;
    const there = await kv.get<MirroredUse>(keyOf(userId));
    remember(userId, isFresh(there) ? there : null);
    return isFresh(there) ? there : null;
  }

  function remember(userId: string, use: MirroredUse | null): void {
    if (kept.size >= (options.maxKept ?? MAX_KEPT)) kept.clear();
    kept.set(userId, use);
  }

  return {
    /** Keeps what the database said just now; only what is nearly full is worth telling others. */
    note(userId: string, use: Omit<MirroredUse, "at">, nearLimit: boolean): void {
      const read = { ...use, at: clock.now().getTime() };
      remember(userId, read);
      if (nearLimit) void kv?.set([{ key: keyOf(userId), value: read }], FRESH_MS);
    },

    /** Which allowance is certainly used up; null when the database has to decide. */
    async full(
      userId: string,
      asked: { dayUtc: string; limits: PlanLimits; tokens: number },
    ): Promise<{ resource: "messages" | "llm_tokens"; used: number; limit: number } | null> {
      const use = await find(userId);
      if (!use || use.dayUtc !== asked.dayUtc) return null;
      const { messagesPerDay, tokensPerDay } = asked.limits;
      if (messagesPerDay !== null && use.messages + 1 > messagesPerDay) {
        return { resource: "messages", used: use.messages, limit: messagesPerDay };
      }
      if (tokensPerDay !== null && use.tokens + asked.tokens > tokensPerDay) {
        return { resource: "llm_tokens", used: use.tokens, limit: tokensPerDay };
      }
      return null;
    },

    /** Forgets one person after a correction, or everybody when balances were put right. */
    forget(userId?: string): void {
      if (userId === undefined) return kept.clear();
      kept.delete(userId);
      void kv?.clear(keyOf(userId));
    },
  };
}
