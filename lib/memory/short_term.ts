import { type Kv, userKey } from "@/lib/platform/kv.ts";
import { takeCodePoints } from "@/lib/platform/text.ts";

/** A turn in short-term memory: both sides, its id and its time. */
export interface ShortTermTurn {
  id: string;
  question: string;
  answer: string;
  at: string;
}

/** Short-term memory lives one hour after the last write and holds the last twenty turns. */
const LIFE_MS = 3_600_000;
export const SHORT_TERM_TURNS = 20;
/** Values of the store are limited; what is longer is in the messages anyway. */
const MAX_CHARS = 6_000;

/** The running conversation. It may be lost: stored messages repair it. */
export function createShortTerm(kv: Kv) {
  const prefix = (userId: string, sessionId: string) => userKey(userId, "stm", sessionId);
  return {
    /** Adds a turn, renews the hour of all, and drops the oldest beyond twenty. */
    async add(userId: string, sessionId: string, turn: ShortTermTurn): Promise<void> {
      const kept = await kv.list<ShortTermTurn>(prefix(userId, sessionId));
      const added = {
        ...turn,
        question: takeCodePoints(turn.question, MAX_CHARS),
        answer: takeCodePoints(turn.answer, MAX_CHARS),
      };
      const others = kept.map((entry) => entry.value).filter((other) => other.id !== turn.id);
      const all = [...others, added].slice(-SHORT_TERM_TURNS);
      for (const dropped of others.slice(0, Math.max(0, others.length + 1 - SHORT_TERM_TURNS))) {
        await kv.clear([...prefix(userId, sessionId), dropped.id]);
      }
      await kv.set(
        all.map((value) => ({ key: [...prefix(userId, sessionId), value.id], value })),
        LIFE_MS,
      );
    },
    /** The turns of a conversation, oldest first (ids ascend with time). */
    async list(userId: string, sessionId: string): Promise<ShortTermTurn[]> {
      return (await kv.list<ShortTermTurn>(prefix(userId, sessionId))).map((entry) => entry.value);
    },
    /** How many turns of a person's fullest conversation are in it; each holds its own twenty. */
    async count(userId: string): Promise<number> {
      const entries = await kv.list(userKey(userId, "stm"));
      const bySession = Map.groupBy(entries, ({ key }) => key.at(-2));
      return Math.max(0, ...Array.from(bySession.values(), (turns) => turns.length));
    },
    /** Forgets a conversation. */
    clear: (userId: string, sessionId: string) => kv.clear(prefix(userId, sessionId)),
  };
}
