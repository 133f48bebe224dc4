/**
 * Time as a dependency. Code never calls `Date.now()` or `setTimeout` itself: it is given a
 * {@link Clock}, so that a test can take the system through thirty days in a second.
 */
export interface Clock {
  /** The wall clock, in UTC. */
  now(): Date;
  /** Milliseconds of a clock that never runs backwards; only differences mean something. */
  monotonic(): number;
  /** Runs `fn` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, fn: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const id = setTimeout(fn, ms);
    return () => clearTimeout(id);
  },
};

/** Resolves after `ms` milliseconds of `clock`, or rejects with the signal's reason when aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal!.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Runs `fn` every `ms` milliseconds, never two at once; the returned function ends it. */
export function every(clock: Clock, ms: number, fn: () => Promise<void> | void): () => void {
  let ended = false;
  let cancel = clock.after(ms, tick);
  async function tick() {
    try {
      await fn();
    } finally {
      if (!ended) cancel = clock.after(ms, tick);
    }
  }
  return () => {
    ended = true;
    cancel();
  };
}

/** A clock that a test moves by hand. Timers fire in order of their time, while it is moved. */
export class FakeClock implements Clock {
  #now: number;
  #elapsed = 0;
  #timers: { due: number; fn: () => void }[] = [];

  constructor(start: string | Date = "2026-01-01T09:00:00.000Z") {
    this.#now = new Date(start).getTime();
  }

  // Properties, so that `clock.now` can be handed on by itself, as that of the system clock.
  now = (): Date => new Date(this.#now);
  monotonic = (): number => this.#elapsed;

  after(ms: number, fn: () => void): () => void {
    const timer = { due: this.#elapsed + Math.max(0, ms), fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that have not fired yet. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time on by `ms` milliseconds and lets everything that waited for it run. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    while (true) {
      const next = this.#timers.filter((t) => t.due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      this.#moveTo(Math.max(this.#elapsed, next.due));
      next.fn();
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  /** Sets the wall clock without firing a timer, as a clock that was corrected does. */
  jumpTo(at: string | Date): void {
    this.#now = new Date(at).getTime();
  }

  #moveTo(elapsed: number) {
    this.#now += elapsed - this.#elapsed;
    this.#elapsed = elapsed;
  }
}

/** Lets promise callbacks and queued messages run before time moves on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
