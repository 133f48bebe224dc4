import type { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, type RouteMeta, routeMeta } from "@/lib/platform/http/route.ts";

/** A route with its metadata, as read back from the router. */
export interface RouteEntry {
  method: string;
  /** Path with `:name` parameters. */
  path: string;
  meta: RouteMeta;
}

/** Every declared route of an app, in order of declaration. */
export function routeList(app: Hono<ApiEnv>): RouteEntry[] {
  return app.routes.flatMap(({ method, path, handler }) => {
    const meta = routeMeta(handler);
    return meta ? [{ method, path, meta }] : [];
  });
}

/** Routes that were added without metadata; there must be none. */
export function undeclaredRoutes(app: Hono<ApiEnv>): string[] {
  const declared = new Set(routeList(app).map(({ method, path }) => `${method} ${path}`));
  return app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) =>
    `${method} ${path}`
  )
    .filter((name) => !declared.has(name));
}

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "instance", "code", "correlationId"],
  properties: {
    type: { type: "string", description: "Address of a page about this kind of problem" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string" },
    code: { type: "string", description: "Stable code for programs" },
    correlationId: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "code", "message"],
        properties: {
          path: { type: "string" },
          code: { type: "string" },
          message: { type: "string" },
        },
      },
    },
  },
};

/** The OpenAPI 3.1 document, derived from the routes' own metadata. */
export function openApiDocument(
  routes: RouteEntry[],
  info: { version: string; baseUrl: string },
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, meta } of routes) {
    const name = path.replace(/:(\w+)/g, "{$1}");
    (paths[name] ??= {})[method.toLowerCase()] = operation(path, method, meta);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "NovaCoreAI",
      version: info.version,
      description: "Chat, memory and usage of a NovaCoreAI installation. Errors are " +
        "application/problem+json (RFC 9457) with a stable `code`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: info.baseUrl }],
    tags: [...new Set(routes.map(({ meta }) => meta.tag))].map((tag) => ({ name: tag })),
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-nova_session" },
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "An access token of an API client, or a personal key (nova_sk_…)",
        },
        service: { type: "apiKey", in: "header", name: "X-Service-Token" },
      },
    },
  };
}

function operation(path: string, method: string, meta: RouteMeta): Record<string, unknown> {
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string", ...(/^(?:id|.*Id)$/.test(name!) ? { format: "uuid" } : {}) },
    })),
    ...queryParameters(meta.query),
  ];
  return {
    operationId: operationId(path, method),
    summary: meta.summary,
    ...(meta.retirement
      ? {
        deprecated: true,
        description: `It may be gone from ${meta.retirement.gone} on` +
          (meta.retirement.successor ? `; use ${meta.retirement.successor}` : ""),
      }
      : {}),
    tags: [meta.tag],
    security: securityOf(meta),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(meta.body
      ? {
        requestBody: {
          required: !meta.bodyOptional,
          content: { "application/json": { schema: jsonSchema(meta.body, "input") } },
        },
      }
      : {}),
    responses: responses(meta),
  };
}

function securityOf(meta: RouteMeta): Record<string, string[]>[] {
  if (meta.auth === "public") return [];
  const service = meta.service === undefined ? [] : [{ service: [] }];
  return meta.auth === "service" ? service : [{ session: [] }, { bearer: [] }, ...service];
}

function operationId(path: string, method: string): string {
  const words = path.replace(/^\/api\//, "").split(/[/.:_-]+/).filter(Boolean);
  return [method.toLowerCase(), ...words].map((word, i) =>
    i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)
  ).join("");
}

function queryParameters(schema: z.ZodType | undefined): unknown[] {
  if (!schema) return [];
  const json = jsonSchema(schema, "input") as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: "query",
    required: json.required?.includes(name) ?? false,
    schema: property,
  }));
}

function responses(meta: RouteMeta): Record<string, unknown> {
  const problem = (description: string) => ({
    description,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  });
  const own = Object.entries(meta.responses).map(([status, { schema, description, type }]) => [
    status,
    {
      description,
      ...(schema || type
        ? {
          content: {
            [type ?? "application/json"]: {
              schema: schema ? jsonSchema(schema, "output") : { type: "string" },
            },
          },
        }
        : {}),
    },
  ]);
  return {
    ...Object.fromEntries(own),
    ...(meta.auth === "user" ? { 401: problem("Not signed in") } : {}),
    ...(meta.auth === "public" ? {} : { 403: problem(refusalOf(meta)) }),
    ...(meta.unlimited ? {} : { 429: problem("Too many requests, or the allowance is used up") }),
    default: problem(
      meta.problems ? `A problem, among others ${meta.problems.join(", ")}` : "A problem",
    ),
  };
}

/** Why a known caller may be refused. */
function refusalOf(meta: RouteMeta): string {
  if (meta.auth === "service") return "The service token does not count, or lacks the scope";
  const reasons = [
    "the account is suspended",
    meta.scopes ? `a key lacks ${meta.scopes.join(" or ")}` : "a personal key was shown",
    ...(meta.roles ? [`it is for ${meta.roles.join(" and ")}`] : []),
    ...(meta.verified ? ["the e-mail is not confirmed"] : []),
    ...(meta.stepUp ? ["a fresh proof of identity is needed"] : []),
  ];
  return `Refused: ${reasons.join(", or ")}`;
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}
