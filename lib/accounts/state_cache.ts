import type { Clock } from "@/lib/platform/clock.ts";
import type { UserRow } from "./store.ts";

/** What a credential stands for, as stored. */
export interface Found {
  user: UserRow;
  /** The session, family or key. */
  id: string;
  kind: "web" | "api" | "key";
  provedAt: Date | null;
  expiresAt: Date;
  /** The role in force, where a former session value still has the one before. */
  role: UserRow["role"];
  scopes: readonly string[] | null;
  origins: readonly string[];
  dailyTokens: number | null;
}

/** Looked-up credentials, kept so briefly that what was ended stops within five seconds (ACC-38). */
export interface StateCache {
  /** The kept state; undefined when it has to be looked up. */
  get(key: string): Found | null | undefined;
  set(key: string, found: Found | null): void;
  /** Forgets what belongs to an account, at once. */
  forgetUser(userId: string): void;
  /** Forgets one session, family or key. */
  forget(id: string): void;
}

/** How long a state is kept, in milliseconds. */
export const STATE_MS = 5_000;
const MAX_STATES = 10_000;

/** A cache of one process. Other processes learn of an end when theirs has run out. */
export function createStateCache(clock: Clock): StateCache {
  const states = new Map<string, { found: Found | null; until: number }>();
  const now = () => clock.now().getTime();
  function forgetWhere(matches: (found: Found) => boolean): void {
    for (const [key, { found }] of states) if (found && matches(found)) states.delete(key);
  }
  return {
    get(key) {
      const kept = states.get(key);
      return kept && kept.until > now() ? kept.found : undefined;
    },
    set(key, found) {
      if (states.size >= MAX_STATES) states.clear();
      states.set(key, { found, until: now() + STATE_MS });
    },
    forgetUser: (userId) => forgetWhere(({ user }) => user.id === userId),
    forget: (id) => forgetWhere((found) => found.id === id),
  };
}
