import { Ollama } from "ollama/browser";
import { type Clock, sleep } from "../platform/clock.ts";
import type { Random } from "../platform/ids.ts";
import { correlationId, errorFields, type Log } from "../platform/log.ts";
import type { Counter, Gauge, Histogram, Metrics } from "../platform/metrics.ts";
import { type Breaker, type BreakerState, createBreaker, type Permit } from "./breaker.ts";
import type { Deadline } from "./deadline.ts";
import { HostError, modelUnavailable } from "./errors.ts";
import { createModelQueue, type ModelQueue } from "./queue.ts";
import { hostFetch } from "./transport.ts";
import {
  MODEL_TARGETS,
  MODEL_TIMEOUTS,
  type ModelHostOptions,
  type ModelTarget,
  type ModelTimeouts,
} from "./types.ts";

/** Attempts in all, the first included (CHT-74). */
const ATTEMPTS = 3;
const BACKOFF_MS = 250;
/** A host heard from within this time is not asked again whether it can be reached. */
const CONTACT_FRESH_MS = 30_000;
/** What a caller is told to wait after a failure that did not open the breaker. */
const RETRY_AFTER_MS = 5_000;
const STATE_VALUES: Record<BreakerState, number> = { closed: 0, half_open: 1, open: 2 };

/** What every kind of call to one host shares: client, limits, breakers, counters. */
export interface HostContext {
  readonly options: ModelHostOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeouts: ModelTimeouts;
  readonly breakers: Record<ModelTarget, Breaker>;
  readonly metrics: HostMetrics;
  /** A client for one call, ended by `signal`. */
  client(signal: AbortSignal, kind?: "stream" | "json"): Ollama;
  /** The places at the model, and who waits for one. */
  readonly queue: ModelQueue;
  /** Throws 503 `model_unavailable` while the target is left alone; takes no leave. */
  refuseWhileOpen(target: ModelTarget): void;
  /** Leave for one call. Throws 503 `model_unavailable` while the target is left alone. */
  admit(target: ModelTarget): Permit;
  /** Makes sure that a connection is possible, within the connect limit. */
  reach(deadline: Deadline): Promise<void>;
  /** Waits before attempt `n` + 2, or says that there is none. */
  mayRetry(error: unknown, n: number, signal: AbortSignal): Promise<boolean>;
  /** Settles the permit of a failed call and gives the error its caller gets. */
  failed(
    error: unknown,
    call: { target: ModelTarget; permit: Permit; signal?: AbortSignal },
  ): unknown;
}

/** The measurements of OPS-20 that belong to the model host. */
export interface HostMetrics {
  requests: Counter;
  errors: Counter;
  latency: Histogram;
  firstToken: Histogram;
  fallbacks: Counter;
  embedding: Histogram;
}

/** The shared part of a model host. */
export function createHostContext(options: ModelHostOptions): HostContext {
  const { clock, log, random } = options;
  const timeouts = { ...MODEL_TIMEOUTS, ...options.timeouts };
  const metrics = hostMetrics(options.metrics);
  const breakers = createBreakers(options);
  let lastContact = -Infinity;

  function client(signal: AbortSignal, kind: "stream" | "json" = "json"): Ollama {
    const call = { signal, correlationId: correlationId(), streaming: kind === "stream" };
    const fetch = hostFetch({
      fetch: options.fetch,
      token: options.token,
      onContact: (answered) => (lastContact = answered ? clock.monotonic() : -Infinity),
    }, call);
    return new Ollama({ host: options.baseUrl, fetch });
  }

  function refuse(target: ModelTarget): never {
    metrics.requests.add(1, { target, status: "rejected" });
    throw modelUnavailable(breakers[target].report().retryAfterMs / 1000);
  }

  return {
    options,
    clock,
    log,
    timeouts,
    breakers,
    metrics,
    client,
    queue: createModelQueue({
      slots: options.concurrency ?? Infinity,
      clock,
      metrics: options.metrics,
    }),
    refuseWhileOpen(target) {
      if (breakers[target].report().state === "open") refuse(target);
    },
    admit: (target) => breakers[target].admit() ?? refuse(target),
    async reach(deadline) {
      // fetch does not tell a slow connection from a slow answer, and a model that is being
      // loaded may be slow to answer: a small request tells them apart.
      if (clock.monotonic() - lastContact < CONTACT_FRESH_MS) return;
      deadline.limit(timeouts.connect, "no connection");
      try {
        await client(deadline.signal).version();
      } catch (error) {
        if (deadline.signal.aborted) throw deadline.signal.reason;
        if (error instanceof HostError && error.fault === "connect") throw error;
      }
    },
    async mayRetry(error, n, signal) {
      const again = error instanceof HostError && error.retryable && !signal.aborted;
      if (!again || n + 1 >= ATTEMPTS) return false;
      await sleep(clock, backoff(n, random), signal);
      return true;
    },
    failed(error, { target, permit, signal }) {
      if (signal?.aborted) {
        permit.ignore();
        metrics.requests.add(1, { target, status: "aborted" });
        return signal.reason;
      }
      const fault = error instanceof HostError ? error.fault : "internal";
      if (error instanceof HostError && error.callersFault) permit.ignore();
      else permit.failure();
      metrics.requests.add(1, { target, status: "error" });
      metrics.errors.add(1, { target, reason: fault });
      log.warn("model.call_failed", "A call to the model host failed", {
        target,
        fault,
        ...errorFields(error),
      });
      if (error instanceof HostError && error.fault === "dimension") return error;
      const wait = breakers[target].report().retryAfterMs || RETRY_AFTER_MS;
      return modelUnavailable(wait / 1000, error);
    },
  };
}

/** Milliseconds before attempt `n` + 2: 250 × 2^n and up to a quarter more (CHT-74). */
function backoff(n: number, random: Random): number {
  return BACKOFF_MS * 2 ** n * (1 + random(1)[0]! / 1024);
}

function createBreakers(options: ModelHostOptions): Record<ModelTarget, Breaker> {
  const { clock, log, metrics } = options;
  const state: Gauge = metrics.gauge("circuit_state", "0 closed, 1 half-open, 2 open", {
    labels: ["target"],
  });
  const transitions = metrics.counter("circuit_transitions_total", "Changes of a breaker", [
    "target",
    "to",
  ]);
  const make = (target: ModelTarget) => {
    state.set(0, { target });
    return createBreaker({
      clock,
      settings: options.breaker,
      onChange(to, from) {
        state.set(STATE_VALUES[to], { target });
        transitions.add(1, { target, to });
        log.warn("circuit.changed", `The circuit of "${target}" is now ${to}`, {
          target,
          from,
          to,
        });
      },
    });
  };
  const [chat, embed, judge] = MODEL_TARGETS.map(make) as [Breaker, Breaker, Breaker];
  return { chat, embed, judge };
}

function hostMetrics(metrics: Metrics): HostMetrics {
  return {
    requests: metrics.counter("proxy_requests_total", "Calls to outside services", [
      "target",
      "status",
    ]),
    errors: metrics.counter("proxy_errors_total", "Failed calls to outside services", [
      "target",
      "reason",
    ]),
    latency: metrics.histogram("intelligence_ollama_latency_seconds", "Whole calls to the host", {
      labels: ["model", "operation"],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    }),
    firstToken: metrics.histogram("intelligence_first_token_seconds", "Time to the first text", {
      labels: ["model"],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    }),
    fallbacks: metrics.counter("model_fallback_total", "Answers given by rules instead", ["use"]),
    embedding: metrics.histogram("embedding_generation_latency_seconds", "Embedding calls", {
      labels: ["model"],
    }),
  };
}
