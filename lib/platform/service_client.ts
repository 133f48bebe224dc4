import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { IssuedToken } from "./service_token.ts";

/** Keeps the token of a process outside the product fresh. */
export interface ServiceClient {
  /** The token to send now. */
  readonly token: string;
  stop(): void;
}

/** First wait after a failed renewal, then twice as long each time. */
const FIRST_WAIT_MS = 30_000;
const MAX_WAIT_MS = 15 * 60_000;
/** From here on a failure is an error: calls are about to be refused. */
const LAST_HOUR_MS = 3_600_000;

/**
 * Renews a token at 80 % of its life, with backoff and jitter (ACC-104). `renew` exchanges the
 * present token at `POST /api/auth/service/refresh`.
 */
export function keepServiceToken(first: IssuedToken, options: {
  renew: (token: string) => Promise<IssuedToken>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** From 0 to 1; spreads renewals of many processes. */
  jitter: () => number;
}): ServiceClient {
  const { clock, log } = options;
  const failures = options.metrics.counter(
    "service_token_renewal_failures_total",
    "Renewals of a service token that failed",
    ["service"],
  );
  let current = first;
  let cancel = () => {};
  let ended = false;

  const plan = (ms: number) => {
    if (!ended) cancel = clock.after(ms, () => void attempt(FIRST_WAIT_MS));
  };
  const untilDue = () => {
    const due = current.renewableAt * 1000 - clock.now().getTime();
    return Math.max(0, due) + options.jitter() * 60_000;
  };

  async function attempt(wait: number): Promise<void> {
    try {
      current = await options.renew(current.token);
      plan(untilDue());
    } catch (error) {
      failures.add(1, { service: current.service });
      const left = current.expiresAt * 1000 - clock.now().getTime();
      const fields = {
        service: current.service,
        secondsLeft: Math.round(left / 1000),
        error: error instanceof Error ? error.message : String(error),
      };
      if (left < LAST_HOUR_MS) {
        log.error("service_token.ending", "A service token cannot be renewed", fields);
      } else log.warn("service_token.renewal", "A renewal failed and is tried again", fields);
      if (ended) return;
      const next = Math.min(MAX_WAIT_MS, wait * 2);
      cancel = clock.after(wait * (1 + options.jitter() / 4), () => void attempt(next));
    }
  }

  plan(untilDue());
  return {
    get token() {
      return current.token;
    },
    stop() {
      ended = true;
      cancel();
    },
  };
}
