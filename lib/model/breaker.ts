import type { Clock } from "../platform/clock.ts";

/** Where a circuit breaker stands. */
export type BreakerState = "closed" | "half_open" | "open";

/** When a breaker opens and for how long (OPS-19). */
export interface BreakerSettings {
  /** Failures in a row that open it. */
  failures: number;
  /** Length of the window of the share rule, in milliseconds. */
  windowMs: number;
  /** Calls the window must hold before the share rule speaks. */
  windowCalls: number;
  /** Share of failed calls in the window, 0..1, that opens it. */
  share: number;
  /** How long it stays open before one probe is let through, in milliseconds. */
  openMs: number;
}

/** Defaults of OPS-19. */
export const BREAKER_DEFAULTS: BreakerSettings = {
  failures: 5,
  windowMs: 10_000,
  windowCalls: 10,
  share: 0.5,
  openMs: 60_000,
};

/** While a probe is under way, other callers are asked to come back after this many milliseconds. */
const PROBE_WAIT_MS = 1_000;

/**
 * Leave to make one call. Exactly one of the three is to be called when the call has ended;
 * later ones do nothing.
 */
export interface Permit {
  success(): void;
  failure(): void;
  /** The call says nothing about the target: a user error, or the user went away. */
  ignore(): void;
}

/** What a breaker tells about itself. */
export interface BreakerReport {
  state: BreakerState;
  /** When the present state began. */
  since: Date;
  /** Failures in a row so far. */
  failures: number;
  /** Milliseconds until a call may be let through; 0 when it may now. */
  retryAfterMs: number;
}

/** Keeps calls away from a target that fails, and finds out with a single probe when it is back. */
export interface Breaker {
  /** Leave for one call, or `null` while the target is to be left alone. */
  admit(): Permit | null;
  report(): BreakerReport;
}

/** A breaker for one target. `onChange` is told each change of state after it happened. */
export function createBreaker(options: {
  clock: Clock;
  settings?: Partial<BreakerSettings>;
  onChange?: (to: BreakerState, from: BreakerState) => void;
}): Breaker {
  const { clock, onChange } = options;
  const settings = { ...BREAKER_DEFAULTS, ...options.settings };
  let state: BreakerState = "closed";
  let since = clock.now();
  let openedAt = 0;
  let failures = 0;
  let probing = false;
  let calls: { at: number; failed: boolean }[] = [];
  // Permits of an earlier state must not decide about the present one.
  let era = 0;

  function change(to: BreakerState) {
    const from = state;
    state = to;
    since = clock.now();
    era++;
    probing = false;
    if (to === "open") openedAt = clock.monotonic();
    if (to === "closed") failures = 0;
    calls = [];
    onChange?.(to, from);
  }

  function refresh() {
    if (state === "open" && clock.monotonic() - openedAt >= settings.openMs) change("half_open");
  }

  function record(failed: boolean) {
    const now = clock.monotonic();
    calls = calls.filter((call) => now - call.at < settings.windowMs);
    calls.push({ at: now, failed });
    failures = failed ? failures + 1 : 0;
    if (failed && (failures >= settings.failures || shareReached())) change("open");
  }

  function shareReached(): boolean {
    const failed = calls.filter((call) => call.failed).length;
    return calls.length >= settings.windowCalls && failed >= calls.length * settings.share;
  }

  function permit(): Permit {
    const issued = era;
    let settled = false;
    const settle = (act: () => void) => () => {
      if (settled || issued !== era) return;
      settled = true;
      act();
    };
    if (state === "half_open") {
      return {
        success: settle(() => change("closed")),
        failure: settle(() => {
          failures++;
          change("open");
        }),
        ignore: settle(() => {
          probing = false;
        }),
      };
    }
    return {
      success: settle(() => record(false)),
      failure: settle(() => record(true)),
      ignore: settle(() => {}),
    };
  }

  return {
    admit() {
      refresh();
      if (state === "open" || probing) return null;
      if (state === "half_open") probing = true;
      return permit();
    },
    report() {
      refresh();
      const open = settings.openMs - (clock.monotonic() - openedAt);
      const retryAfterMs = state === "open" ? Math.max(0, open) : probing ? PROBE_WAIT_MS : 0;
      return { state, since, failures, retryAfterMs };
    },
  };
}
