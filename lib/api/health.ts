import { Problem } from "@/lib/platform/problem.ts";

/** What must be there before the product can be used. */
export const CHECKS = ["database", "migrations", "policy", "content"] as const;
export type Check = (typeof CHECKS)[number];
export type CheckState = "ok" | "waiting" | "running" | "failed";

const REASONS: Record<Check, Record<Exclude<CheckState, "ok">, string>> = {
  database: {
    waiting: "The database does not answer",
    running: "The database is being opened",
    failed: "The database cannot be used",
  },
  migrations: {
    waiting: "The schema is not up to date yet",
    running: "The schema is being brought up to date",
    failed: "The schema could not be brought up to date",
  },
  policy: {
    waiting: "The policy document is not loaded yet",
    running: "The policy document is being checked",
    failed: "The policy document cannot be used",
  },
  content: {
    waiting: "The content is not loaded yet",
    running: "The content is being loaded",
    failed: "The content cannot be used",
  },
};

/** Liveness and readiness of the process. */
export interface Health {
  set(check: Check, state: CheckState): void;
  /** Says that the process is about to stop. */
  drain(): void;
  readonly isReady: boolean;
  live(): Response;
  ready(): Response;
  /** 503 `starting`. */
  startingProblem(): Problem;
}

/** All checks start as waiting. */
export function createHealth(): Health {
  const checks: Record<Check, CheckState> = {
    database: "waiting",
    migrations: "waiting",
    policy: "waiting",
    content: "waiting",
  };
  let draining = false;
  const missing = () => CHECKS.filter((check) => checks[check] !== "ok");
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), {
      status,
      headers: {
        "content-type": "application/json; charset=utf-8",
        "cache-control": "no-store",
        ...headers,
      },
    });
  return {
    set: (check, state) => void (checks[check] = state),
    drain: () => void (draining = true),
    get isReady() {
      return !draining && missing().length === 0;
    },
    live: () => json(200, { status: "ok" }),
    ready() {
      if (this.isReady) return json(200, { status: "ready", checks, reasons: [] });
      const reasons = missing().map((check) =>
        REASONS[check][checks[check] as Exclude<CheckState, "ok">]
      );
      if (draining) reasons.unshift("The process is stopping");
      return json(503, { status: "not_ready", checks, reasons }, { "retry-after": "1" });
    },
    startingProblem: () =>
      new Problem(
        "starting",
        503,
        draining ? "The service is stopping" : "The service is starting",
        "Try again in a moment",
        { missing: missing(), retryAfterSeconds: 1 },
      ),
  };
}
