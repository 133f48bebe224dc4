import type { Clock } from "../platform/clock.ts";
import type { Metrics } from "../platform/metrics.ts";
import { modelBusy } from "./errors.ts";
import { orderOf, QUEUE_CLASSES, type QueueClass } from "./queue_order.ts";

/** A place at the model. */
export interface Slot {
  /** Gives the place to whoever is next; a second call does nothing. */
  release(): void;
}

/** Who wants to speak to the model. */
export interface SlotRequest {
  class: QueueClass;
  /** Leaves the queue; the promise is rejected with its reason. */
  signal?: AbortSignal;
  /** Hears of the place in the queue, 1 being next, whenever it changes; 0: it is its turn. */
  onPlace?: (place: number) => void;
  /** Whether a full queue turns the call away; false for work whose number is bounded elsewhere. */
  bounded?: boolean;
}

/** The places at the model of this process, and who waits for one (CHT-78). */
export interface ModelQueue {
  /**
   * A free place is given at once, without a promise, so that nothing waits where nobody does.
   *
   * @throws Problem 503 `model_unavailable` when the queue is full
   */
  enter(request: SlotRequest): Slot | Promise<Slot>;
  load(): { active: number; waiting: number };
}

/** Calls that may wait for each place; beyond that waiting would take longer than people do. */
const WAITING_PER_SLOT = 16;
/** Fewest calls that may wait, however few places there are. */
const LEAST_WAITING = 64;
/** How long a call is believed to take as long as none has ended. */
const FIRST_GUESS_MS = 10_000;
/** Weight of the latest call in the mean length of calls. */
const NEWEST = 0.2;
const RETRY_SECONDS = { least: 5, most: 120 };

interface Waiting {
  class: QueueClass;
  at: number;
  place: number;
  bounded: boolean;
  onPlace: ((place: number) => void) | undefined;
  grant: (slot: Slot) => void;
}

/** A queue with so many places. `waiting` is for tests; it is derived from the places otherwise. */
export function createModelQueue(options: {
  slots: number;
  waiting?: number;
  clock: Clock;
  metrics: Metrics;
}): ModelQueue {
  const { slots, clock } = options;
  const mostWaiting = options.waiting ?? Math.max(LEAST_WAITING, slots * WAITING_PER_SLOT);
  const { depth, wait } = queueMetrics(options.metrics);
  let active = 0;
  let meanMs = FIRST_GUESS_MS;
  /** In order of arrival. */
  let waiting: Waiting[] = [];

  function slotFor(entry: { class: QueueClass; at: number }): Slot {
    const began = clock.monotonic();
    let held = true;
    active++;
    wait.observe((began - entry.at) / 1000, { class: entry.class });
    return {
      release() {
        if (!held) return;
        held = false;
        active--;
        meanMs += NEWEST * (clock.monotonic() - began - meanMs);
        serve();
      },
    };
  }

  /** Gives free places to those who are next, and tells the others where they stand now. */
  function serve(): void {
    if (waiting.length === 0) return;
    const order = orderOf(waiting, clock.monotonic());
    const next = order.splice(0, Math.max(0, slots - active));
    if (next.length > 0) {
      const gone = new Set(next);
      waiting = waiting.filter((entry) => !gone.has(entry));
      countDepth();
    }
    for (const entry of next) entry.grant(slotFor(entry));
    order.forEach((entry, i) => {
      if (entry.place === i + 1) return;
      entry.place = i + 1;
      entry.onPlace?.(entry.place);
    });
  }

  function countDepth(): void {
    for (const name of QUEUE_CLASSES) {
      depth.set(waiting.filter((entry) => entry.class === name).length, { class: name });
    }
  }

  /** When those who wait now are likely to have been served. */
  function retryAfterSeconds(): number {
    const seconds = (meanMs * waiting.length) / slots / 1000;
    return Math.min(RETRY_SECONDS.most, Math.max(RETRY_SECONDS.least, Math.ceil(seconds)));
  }

  function line({ signal, ...request }: SlotRequest, at: number): Promise<Slot> {
    const { promise, resolve, reject } = Promise.withResolvers<Slot>();
    const entry: Waiting = {
      class: request.class,
      at,
      place: 0,
      bounded: request.bounded ?? true,
      onPlace: request.onPlace,
      grant(slot) {
        signal?.removeEventListener("abort", leave);
        entry.onPlace?.(0);
        resolve(slot);
      },
    };
    const leave = () => {
      waiting = waiting.filter((other) => other !== entry);
      countDepth();
      reject(signal!.reason);
      serve();
    };
    signal?.addEventListener("abort", leave, { once: true });
    waiting.push(entry);
    countDepth();
    serve();
    return promise;
  }

  return {
    enter(request) {
      request.signal?.throwIfAborted();
      const at = clock.monotonic();
      if (active < slots) return slotFor({ class: request.class, at });
      const full = waiting.filter((entry) => entry.bounded).length >= mostWaiting;
      if (full && (request.bounded ?? true)) throw modelBusy(retryAfterSeconds());
      return line(request, at);
    },
    load: () => ({ active, waiting: waiting.length }),
  };
}

function queueMetrics(metrics: Metrics) {
  const depth = metrics.gauge("model_queue_depth", "Calls that wait for the model", {
    labels: ["class"],
  });
  for (const name of QUEUE_CLASSES) depth.set(0, { class: name });
  const wait = metrics.histogram("model_queue_wait_seconds", "Time until the model was free", {
    labels: ["class"],
    buckets: [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  });
  return { depth, wait };
}
