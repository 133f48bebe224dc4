import { type Clock, every } from "@/lib/platform/clock.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import { Problem } from "@/lib/platform/problem.ts";
import type { Entitlements } from "@/lib/plans/mod.ts";
import type { FeedState, Notice } from "./schema.ts";
import * as store from "./store.ts";
import { type NoticeReader, noticeView } from "./words.ts";

/** One event of the stream of notifications (API-70). */
export type FeedEvent =
  | { event: "notice"; id: string; data: Notice }
  | { event: "state"; data: FeedState };

/** Who follows, and in which words. */
export interface Follower {
  userId: string;
  reader: NoticeReader;
  /** Id of the last notice that was seen; null: from now on. */
  after: string | null;
  signal: AbortSignal;
}

/** How often it is looked whether another process, or the clock, changed something. */
const LOOK_MS = 2_000;
/** Streams of one person at once: one per browser is enough. */
const MAX_STREAMS = 10;
/** Notices that are caught up with at once; older ones are on the page. */
const MAX_BEHIND = 50;
const NOWHERE: store.Position = { at: new Date(0), id: "00000000-0000-0000-0000-000000000000" };

/** What followers were told last; it differs when there is something to look for. */
const markOf = (unread: number, plan: string): string => `${unread} ${plan}`;

/** Follows what is told to people. */
export type Feed = ReturnType<typeof createFeed>;

/**
 * Live notices. Whoever changes something in this process wakes its followers; what other processes
 * and the passing of time bring is looked for every two seconds, in one query for all who follow.
 */
export function createFeed(options: {
  db: Database;
  clock: Clock;
  entitlements: Pick<Entitlements, "of">;
}) {
  const { db, clock, entitlements } = options;
  type Listener = { wake: PromiseWithResolvers<void>; end: () => void };
  const listeners = new Map<string, Set<Listener>>();
  const marks = new Map<string, string>();
  let stopLooking: (() => void) | null = null;

  /** Has the followers of a person look again. */
  function wake(userId: string): void {
    for (const listener of listeners.get(userId) ?? []) {
      listener.wake.resolve();
      listener.wake = Promise.withResolvers();
    }
  }

  /** Looks for what others changed. */
  async function look(): Promise<void> {
    const userIds = [...listeners.keys()];
    if (userIds.length === 0) return;
    const rows = await db.asSystem("notices: marks", (tx) => store.marksOf(tx, userIds))
      .catch(() => null);
    if (rows === null) return; // the database is away; the next look will tell
    const unread = new Map(rows.map((row) => [row.userId, row.unread]));
    for (const userId of userIds) {
      const plan = await entitlements.of(userId).then((one) => one.effectivePlan, () => "");
      // What is new is unread, so that the count tells of it.
      if (marks.get(userId) !== markOf(unread.get(userId) ?? 0, plan)) wake(userId);
    }
  }

  function join(userId: string, listener: Listener): () => void {
    const own = listeners.get(userId) ?? new Set();
    if (own.size >= MAX_STREAMS) {
      throw new Problem(
        "too_many_streams",
        429,
        "Too many open pages",
        "Close one of the pages that follow notifications",
        { limit: MAX_STREAMS, active: own.size },
      );
    }
    listeners.set(userId, own.add(listener));
    stopLooking ??= every(clock, LOOK_MS, look);
    return () => {
      own.delete(listener);
      if (own.size > 0) return;
      listeners.delete(userId);
      marks.delete(userId);
      if (listeners.size > 0) return;
      stopLooking?.();
      stopLooking = null;
    };
  }

  async function* events(
    { userId, reader, after, signal }: Follower,
    listener: Listener,
    ended: Promise<void>,
  ): AsyncGenerator<FeedEvent> {
    let position = await db.asUser(
      userId,
      async (tx) => (after ? await store.positionOf(tx, after) : null) ?? await store.newest(tx),
    ) ?? NOWHERE;
    let told = "";
    while (!signal.aborted) {
      const waiting = listener.wake.promise;
      const { rows, unread } = await db.asUser(userId, async (tx) => ({
        rows: await store.noticesAfter(tx, position, MAX_BEHIND),
        unread: await store.countUnread(tx),
      }));
      for (const row of rows) {
        position = { at: row.createdAt, id: row.id };
        yield { event: "notice", id: row.id, data: noticeView(row, reader) };
      }
      const { plan, effectivePlan } = await entitlements.of(userId);
      const state: FeedState = { unread, plan, effectivePlan };
      marks.set(userId, markOf(unread, effectivePlan));
      if (JSON.stringify(state) !== told) {
        told = JSON.stringify(state);
        yield { event: "state", data: state };
      }
      await Promise.race([waiting, ended]);
    }
  }

  return {
    wake,
    look,

    /**
     * What is told from now on, or from after a notice: first what was missed, then the state, then
     * each change. Ends with its signal.
     *
     * @throws Problem 429 `too_many_streams` at the call, not while it runs
     */
    follow(follower: Follower): AsyncGenerator<FeedEvent> {
      const control = new AbortController();
      const ended = Promise.withResolvers<void>();
      const end = () => {
        control.abort();
        ended.resolve();
      };
      const listener: Listener = { wake: Promise.withResolvers(), end };
      const leave = join(follower.userId, listener);
      follower.signal.addEventListener("abort", end, { once: true });
      if (follower.signal.aborted) end();
      const inner = events({ ...follower, signal: control.signal }, listener, ended.promise);
      return (async function* () {
        try {
          yield* inner;
        } finally {
          follower.signal.removeEventListener("abort", end);
          leave();
        }
      })();
    },

    /** How many streams are open. */
    get size(): number {
      return [...listeners.values()].reduce((sum, own) => sum + own.size, 0);
    },

    /** Ends every stream: the process stops. */
    close(): void {
      for (const own of [...listeners.values()]) for (const listener of [...own]) listener.end();
      stopLooking?.();
      stopLooking = null;
    },
  };
}
