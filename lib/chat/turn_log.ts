import type { Clock } from "@/lib/platform/clock.ts";
import { type Kv, userKey } from "@/lib/platform/kv.ts";
import { isLast, type TurnEvent, type TurnEventBody } from "./events.ts";

/** The events of one turn that runs in this process. Its turn is the only writer. */
export interface TurnLog {
  readonly turnId: string;
  readonly events: readonly TurnEvent[];
  /** Numbers an event and hands it to every follower at once. */
  append(event: TurnEventBody): void;
  /** Place in the model's queue, 1 being next; null when the turn does not wait. */
  readonly place: number | null;
  /** Tells followers of the place, which is no event: who comes later needs only the present one. */
  setPlace(place: number | null): void;
  /** Writes what KV has not seen yet. */
  flush(): Promise<void>;
  /** The events after a number, then live ones, up to and including the last. */
  follow(after: number, options?: FollowOptions): AsyncGenerator<TurnEvent>;
}

/** How a turn is followed. */
export interface FollowOptions {
  signal?: AbortSignal | undefined;
  /** Hears of the place in the model's queue: at once, and whenever it changes; 0: no longer. */
  onPlace?: ((place: number) => void) | undefined;
}

/** Logs of running turns, and the kept ones of turns that ended in the last day. */
export interface TurnLogs {
  open(turn: { id: string; userId: string }): TurnLog;
  /** The log of a turn that runs here or ended a moment ago. */
  running(turnId: string): TurnLog | undefined;
  /** All kept events of a turn, in order; empty when there are none any more. */
  kept(turn: { id: string; userId: string }): Promise<TurnEvent[]>;
  /** Flushes every log. */
  flush(): Promise<void>;
}

const BATCH_MS = 100;
const BATCH_BYTES = 4 * 1024;
const KEPT_MS = 24 * 60 * 60 * 1000;
/** A finished log stays in this process for clients that come a moment late. */
const LINGER_MS = 60_000;

/**
 * Events go to followers in this process at once and to KV in batches (CHT-46): one write per
 * event would cost more than the event.
 */
export function createTurnLogs(options: { kv: Kv; clock: Clock }): TurnLogs {
  const { kv, clock } = options;
  const logs = new Map<string, TurnLog>();

  const prefix = (turn: { id: string; userId: string }) => userKey(turn.userId, "stream", turn.id);

  function open(turn: { id: string; userId: string }): TurnLog {
    const events: TurnEvent[] = [];
    let written = 0;
    let pendingBytes = 0;
    let place: number | null = null;
    let cancelTimer: (() => void) | null = null;
    let writing = Promise.resolve();
    let wake = Promise.withResolvers<void>();

    function flush(): Promise<void> {
      cancelTimer?.();
      cancelTimer = null;
      const batch = events.slice(written);
      if (batch.length === 0) return writing;
      written = events.length;
      pendingBytes = 0;
      const key = [...prefix(turn), batch[0]!.seq];
      // In order, so that a reader never finds a later batch without the former ones.
      writing = writing.then(async () => void await kv.set([{ key, value: batch }], KEPT_MS));
      return writing;
    }

    function wakeAll(): void {
      wake.resolve();
      wake = Promise.withResolvers();
    }

    const log: TurnLog = {
      turnId: turn.id,
      events,
      get place() {
        return place;
      },
      setPlace(to) {
        place = to;
        wakeAll();
      },
      append(event) {
        const numbered = { ...event, seq: events.length + 1 } as TurnEvent;
        events.push(numbered);
        if (event.event === "delta") pendingBytes += event.data.text.length * 2;
        wakeAll();
        if (isLast(event)) {
          void flush();
          clock.after(LINGER_MS, () => logs.delete(turn.id));
        } else if (pendingBytes >= BATCH_BYTES) void flush();
        else cancelTimer ??= clock.after(BATCH_MS, () => void flush());
      },
      flush,
      async *follow(after, { signal, onPlace } = {}) {
        const aborted = Promise.withResolvers<void>();
        const onAbort = () => aborted.resolve();
        signal?.addEventListener("abort", onAbort, { once: true });
        try {
          let next = after;
          let told = 0;
          while (!signal?.aborted) {
            const waiting = wake.promise;
            if (told !== (place ?? 0)) onPlace?.(told = place ?? 0);
            while (next < events.length) {
              const event = events[next++]!;
              yield event;
              if (isLast(event)) return;
            }
            await Promise.race([waiting, aborted.promise]);
          }
        } finally {
          signal?.removeEventListener("abort", onAbort);
        }
      },
    };
    logs.set(turn.id, log);
    return log;
  }

  return {
    open,
    running: (turnId) => logs.get(turnId),
    async kept(turn) {
      const batches = await kv.list<TurnEvent[]>(prefix(turn));
      const events = batches.flatMap((batch) => batch.value).sort((a, b) => a.seq - b.seq);
      // A gap means that a batch was lost: what follows it cannot be trusted.
      const gap = events.findIndex((event, i) => event.seq !== i + 1);
      return gap === -1 ? events : events.slice(0, gap);
    },
    async flush() {
      await Promise.all([...logs.values()].map((log) => log.flush()));
    },
  };
}

/** The text that a client builds from a turn's deltas (CON-31). */
export function textOf(events: Iterable<TurnEventBody>): string {
  let text = "";
  for (const event of events) {
    if (event.event !== "delta") continue;
    const { text: added, replaceFrom } = event.data;
    text = (replaceFrom === undefined ? text : [...text].slice(0, replaceFrom).join("")) + added;
  }
  return text;
}
