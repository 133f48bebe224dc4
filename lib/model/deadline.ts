import type { Clock } from "../platform/clock.ts";
import { HostError } from "./errors.ts";

/** The time limits and the stop switch of one call. */
export interface Deadline {
  /** Aborted by the caller's signal, by a limit that passed, or by {@link Deadline.close}. */
  readonly signal: AbortSignal;
  /** Sets the limit for the step under way, in milliseconds; replaces the one before. */
  limit(ms: number, step: string): void;
  /** Lifts the limit of the step: the caller, not the host, is at work. */
  lift(): void;
  /** Ends the call: no timer is left and a connection still open is closed. */
  close(): void;
}

/**
 * A deadline on `clock`. A limit that passes aborts with a {@link HostError} `timeout` that names
 * the step; the caller's own signal aborts with its own reason.
 */
export function createDeadline(clock: Clock, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let cancel = () => {};
  const onAbort = () => controller.abort(caller!.reason);
  if (caller?.aborted) onAbort();
  caller?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    limit(ms, step) {
      cancel();
      cancel = clock.after(ms, () => {
        controller.abort(new HostError("timeout", `The model host took too long: ${step}`));
      });
    },
    lift() {
      cancel();
    },
    close() {
      cancel();
      caller?.removeEventListener("abort", onAbort);
      controller.abort(new DOMException("The call is over", "AbortError"));
    },
  };
}
