import { Hono } from "hono";
import type { Clock } from "@/lib/platform/clock.ts";
import { type ApiEnv, type Gate, methodNotAllowed } from "@/lib/platform/http/route.ts";
import {
  internalProblem,
  problemResponse,
  unstorableText,
} from "@/lib/platform/http/problem_response.ts";
import { errorFields, type Log } from "@/lib/platform/log.ts";
import { notFound, Problem } from "@/lib/platform/problem.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import {
  accountApi,
  type Accounts,
  accountsApi,
  adminApi,
  type ServiceRevocations,
} from "@/lib/accounts/mod.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import { type Chat, chatApi, libraryApi } from "@/lib/chat/mod.ts";
import { type Billing, billingApi } from "@/lib/billing/mod.ts";
import { type Memory, memoryApi } from "@/lib/memory/mod.ts";
import { type Notices, noticesApi } from "@/lib/notices/mod.ts";
import { type Onboarding, onboardingApi } from "@/lib/onboarding/mod.ts";
import { type Entitlements, plansApi } from "@/lib/plans/mod.ts";
import { type Usage, usageApi } from "@/lib/usage/mod.ts";
import { createCors } from "./cors.ts";
import { openApiDocument, type RouteEntry, routeList } from "./openapi.ts";
import { isStream, watched } from "./watched_stream.ts";
import { systemApi, type SystemOptions } from "./system_api.ts";

export { createEdge, type EdgeHandler } from "./edge.ts";
export { keepNonce } from "./security_headers.ts";
export { entitled } from "./entitled.ts";
export { createGate } from "./gate.ts";
export { createHealth, type Health } from "./health.ts";
export { createStatus, type StatusReport } from "./status.ts";
export { type RouteEntry, undeclaredRoutes } from "./openapi.ts";

/** Everything the API answers with. */
export interface ApiOptions extends Omit<SystemOptions, "openApi"> {
  gate: Gate;
  accounts: Accounts;
  cursorKey: PurposeKey;
  revocations: ServiceRevocations;
  /** The configuration in force, secrets masked. */
  config: () => Record<string, unknown>;
  chat: Chat;
  memory: Memory;
  usage: Usage;
  billing: Billing;
  notices: Notices;
  onboarding: Onboarding;
  entitlements: Entitlements;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  version: string;
  baseUrl: string;
  /** Other origins whose pages may call. */
  allowedOrigins: readonly string[];
}

/** The API: every room's routes behind one gate. */
export interface Api {
  fetch(request: Request, context: { address: string; correlationId: string }): Promise<Response>;
  /** Whether a path belongs to the API and not to the pages. */
  owns(path: string): boolean;
  /** Every route with its metadata. */
  routes: RouteEntry[];
  /** The Hono application, for its types and its tests. */
  app: Hono<ApiEnv>;
}

const OWN_PATHS = new Set(["/healthz", "/readyz", "/metrics"]);
const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"] as const;

/** Builds the API. */
export function createApi(options: ApiOptions): Api {
  const invalid = options.metrics.counter("input_validation_failures_total", "Refused input", [
    "code",
  ]);
  const app = new Hono<ApiEnv>();
  const cors = createCors(options.allowedOrigins);
  const contexts = new WeakMap<Request, { address: string; correlationId: string }>();

  app.use(async (c, next) => {
    const context = contexts.get(c.req.raw)!;
    c.set("gate", options.gate);
    c.set("log", options.log);
    c.set("principal", null);
    c.set("service", null);
    c.set("renewedCookie", null);
    c.set("leaving", {});
    c.set("address", context.address);
    c.set("correlationId", context.correlationId);
    await next();
    for (const [name, value] of Object.entries(c.var.leaving)) c.res.headers.set(name, value);
    if (c.var.principal && isStream(c.res)) c.res = watched(c.res, c.var.principal, options);
    if (c.var.renewedCookie && !c.res.headers.has("set-cookie")) {
      c.res.headers.append("set-cookie", c.var.renewedCookie);
    }
    // Answers of a person are never kept by a cache (API-7); public ones say so themselves.
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  // Made when it is first asked for: only then are all routes there.
  const openApi = () =>
    openApiDocument(routeList(app), { version: options.version, baseUrl: options.baseUrl });
  app.route("/", systemApi({ ...options, openApi: once(openApi) }));
  app.route("/", accountsApi(options.accounts));
  app.route("/", accountApi(options.accounts, options));
  app.route("/", adminApi(options.accounts, options));
  app.route("/", chatApi(options.chat, { clock: options.clock }));
  app.route("/", libraryApi(options.chat));
  app.route("/", memoryApi(options.memory));
  app.route("/", usageApi(options.usage));
  app.route("/", plansApi(options.entitlements));
  app.route("/", billingApi(options.billing));
  app.route("/", onboardingApi(options.onboarding));
  app.route("/", noticesApi(options.notices, { clock: options.clock }));

  app.notFound((c) => {
    const allow = METHODS.filter((method) =>
      method !== c.req.method && pathKnows(app, method, c.req.path)
    );
    if (allow.length === 0) throw notFound();
    throw methodNotAllowed(
      allow.includes("GET") ? [...allow, "HEAD"].join(", ") : allow.join(", "),
    );
  });
  app.onError((thrown, c) => {
    const context = { instance: c.req.path, correlationId: c.var.correlationId };
    const error = unstorableText(thrown) ?? thrown;
    if (error instanceof Problem) {
      if (error.status === 400) invalid.add(1, { code: error.code });
      return problemResponse(error, context);
    }
    options.log.error("request.failed", "A request ended in an error nobody expected", {
      route: c.req.path,
      ...errorFields(error),
    });
    return problemResponse(internalProblem(error), context);
  });

  return {
    async fetch(request, context) {
      const preflight = cors.preflight(request);
      if (preflight) return preflight;
      contexts.set(request, context);
      const response = await app.fetch(request, { remoteAddress: context.address });
      const { headers } = response;
      headers.set("x-nova-api-version", options.version);
      if (headers.get("content-type") === "application/json") {
        headers.set("content-type", "application/json; charset=utf-8");
      }
      cors.mark(request, headers);
      return response;
    },
    owns: (path) =>
      path.startsWith("/api/") || path.startsWith("/.well-known/") || OWN_PATHS.has(path),
    routes: routeList(app),
    app,
  };
}

/** The result of `make`, made once. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** Whether some declared route answers `method` at `path`. */
function pathKnows(app: Hono<ApiEnv>, method: string, path: string): boolean {
  const [handlers] = app.router.match(method, path);
  return handlers.some(([entry]) => entry[1].method === method);
}
