import { Hono } from "hono";
import { z } from "zod";
import type { JWK } from "jose";
import { type ApiEnv, route } from "@/lib/platform/http/route.ts";
import { readBytes } from "@/lib/platform/http/body.ts";
import { Problem } from "@/lib/platform/problem.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import type { ModelHost } from "@/lib/model/mod.ts";
import type { Plans } from "@/lib/plans/mod.ts";
import { PRINCIPLES } from "@/lib/policy/mod.ts";
import { planCardSchema } from "@/lib/usage/schema.ts";
import type { Health } from "./health.ts";
import { clientErrorSchema, modelSchema, statusSchema } from "./system_schema.ts";
import type { StatusReport } from "./status.ts";

/** What the routes of the system itself need. */
export interface SystemOptions {
  health: Health;
  status: () => Promise<StatusReport>;
  metrics: Metrics;
  /** Whether a request may read the metrics. */
  mayReadMetrics: (request: Request, peer: string) => Promise<boolean>;
  publicKeys: () => JWK[];
  /** Where weaknesses are told; without it the file points to the repository's policy. */
  supportEmail: string | undefined;
  baseUrl: string;
  clock: { now(): Date };
  model: ModelHost;
  plans: Plans;
  openApi: () => unknown;
}

const SYSTEM = "System";
const MAX_REPORT_BYTES = 16 * 1024;

/** Health, status, metrics, keys, plans, models, principles and the API's own description. */
export function systemApi(options: SystemOptions) {
  const cspReports = options.metrics.counter("csp_reports_total", "Reports of blocked content");
  const clientErrors = options.metrics.counter("errors_total", "Errors of server and browser", [
    "source",
    "code",
  ]);
  const listOf = <Item extends z.ZodType>(item: Item) =>
    z.strictObject({ items: z.array(item), nextCursor: z.null() });
  return new Hono<ApiEnv>()
    .get(
      "/healthz",
      route({
        summary: "Whether the process is alive",
        tag: SYSTEM,
        auth: "public",
        unlimited: true,
        responses: {
          200: { schema: z.strictObject({ status: z.literal("ok") }), description: "Alive" },
        },
      }),
      () => options.health.live(),
    )
    .get(
      "/readyz",
      route({
        summary: "Whether the product can be used",
        tag: SYSTEM,
        auth: "public",
        unlimited: true,
        responses: {
          200: { schema: z.looseObject({ status: z.string() }), description: "Ready" },
          503: {
            schema: z.looseObject({ status: z.string() }),
            description: "Not ready, with reasons",
          },
        },
      }),
      () => options.health.ready(),
    )
    .get(
      "/api/status",
      route({
        summary: "State of every part, and what stands in for what",
        tag: SYSTEM,
        auth: "public",
        responses: { 200: { schema: statusSchema, description: "The report" } },
      }),
      async (c) => {
        c.header("cache-control", "public, max-age=10");
        return c.json(await options.status(), 200);
      },
    )
    .get(
      "/metrics",
      route({
        summary: "Metrics in the Prometheus text format",
        tag: SYSTEM,
        auth: "public",
        unlimited: true,
        responses: {
          200: { schema: null, description: "The metrics", type: "text/plain" },
        },
        problems: ["forbidden"],
      }),
      async (c) => {
        if (!await options.mayReadMetrics(c.req.raw, c.env.remoteAddress)) throw metricsForbidden();
        return c.body(await options.metrics.text(), 200, {
          "content-type": "text/plain; version=0.0.4; charset=utf-8",
          "cache-control": "no-store",
        });
      },
    )
    .get(
      "/.well-known/jwks.json",
      route({
        summary: "Public keys of tokens",
        tag: SYSTEM,
        auth: "public",
        responses: {
          200: {
            schema: z.strictObject({ keys: z.array(z.looseObject({})) }),
            description: "The keys",
          },
        },
      }),
      (c) => {
        c.header("cache-control", "public, max-age=300");
        return c.json({ keys: options.publicKeys() as Record<string, unknown>[] }, 200);
      },
    )
    .get(
      "/.well-known/security.txt",
      route({
        summary: "Where weaknesses in security are told (RFC 9116)",
        tag: SYSTEM,
        auth: "public",
        responses: { 200: { schema: null, description: "The file", type: "text/plain" } },
      }),
      (c) =>
        c.body(securityText(options), 200, {
          "content-type": "text/plain; charset=utf-8",
          "cache-control": "public, max-age=86400",
        }),
    )
    .get(
      "/api/openapi.json",
      route({
        summary: "This API as OpenAPI 3.1",
        tag: SYSTEM,
        auth: "public",
        responses: {
          200: { schema: z.looseObject({ openapi: z.string() }), description: "The document" },
        },
      }),
      (c) => {
        c.header("cache-control", "public, max-age=300");
        return c.json(options.openApi() as Record<string, unknown>, 200);
      },
    )
    .get(
      "/api/plans",
      route({
        summary: "The plans and their limits",
        tag: "Usage and plans",
        auth: "public",
        responses: { 200: { schema: listOf(planCardSchema), description: "Four plans" } },
      }),
      (c) => {
        c.header("cache-control", "public, max-age=3600");
        return c.json({ items: options.plans.cards(), nextCursor: null }, 200);
      },
    )
    .get(
      "/api/models",
      route({
        summary: "Models that may be chosen",
        tag: SYSTEM,
        auth: "user",
        scopes: ["models:read"],
        responses: { 200: { schema: listOf(modelSchema), description: "The models" } },
      }),
      async (c) => c.json({ items: await options.model.list(), nextCursor: null }, 200),
    )
    .get(
      "/api/policy/principles",
      route({
        summary: "The eight principles every turn is checked against",
        tag: "Policy",
        auth: "public",
        responses: {
          200: {
            schema: listOf(z.looseObject({ key: z.string() })),
            description: "The principles",
          },
        },
      }),
      (c) => {
        c.header("cache-control", "public, max-age=3600");
        return c.json({
          items: PRINCIPLES.map((principle) => ({ ...principle })),
          nextCursor: null,
        }, 200);
      },
    )
    .post(
      "/api/client-errors",
      route({
        summary: "Where a page reports a part that failed",
        tag: SYSTEM,
        auth: "public",
        body: clientErrorSchema,
        responses: { 204: { schema: null, description: "Noted" } },
      }),
      (c) => {
        const { part, message } = c.req.valid("json");
        clientErrors.add(1, { source: "browser", code: "island" });
        c.var.log.warn("browser.failed", "A part of a page failed in a browser", {
          part,
          error: message,
        });
        return c.body(null, 204);
      },
    )
    .post(
      "/api/csp-reports",
      route({
        summary: "Where browsers report blocked content",
        tag: SYSTEM,
        auth: "public",
        responses: { 204: { schema: null, description: "Counted" } },
      }),
      async (c) => {
        await readBytes(c.req.raw, MAX_REPORT_BYTES);
        cspReports.add(1);
        return c.body(null, 204);
      },
    );
}

/** RFC 9116; it ends in a year, counted from when it is asked for. */
function securityText(
  { supportEmail, baseUrl, clock }: Pick<SystemOptions, "supportEmail" | "baseUrl" | "clock">,
): string {
  const expires = new Date(clock.now().getTime() + 365 * 24 * 3600_000);
  return [
    `Contact: ${supportEmail ? `mailto:${supportEmail}` : `${baseUrl}/`}`,
    `Expires: ${expires.toISOString().slice(0, 10)}T00:00:00Z`,
    "Preferred-Languages: en",
    `Canonical: ${baseUrl}/.well-known/security.txt`,
    "",
  ].join("\n");
}

function metricsForbidden(): Problem {
  return new Problem(
    "forbidden",
    403,
    "The metrics are not public",
    "Send METRICS_TOKEN, or a service token with the scope read:metrics, as Bearer",
  );
}
