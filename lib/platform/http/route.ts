import type { Context, Env, Handler, Input, MiddlewareHandler } from "hono";
import type { z } from "zod";
import type { RateClass } from "../config_rates.ts";
import type { Log } from "../log.ts";
import { isUuid } from "../ids.ts";
import { notFound, Problem } from "../problem.ts";
import { readJson } from "./body.ts";
import { type Retirement, retirementHeaders } from "./retirement.ts";
import type { ServiceCaller } from "../service_token.ts";
import type { Authentication, Principal, Role } from "./principal.ts";
import { zodProblem } from "./problem_response.ts";

/** What a route is, in one place: from it the API is enforced, documented and tested. */
export interface RouteMeta<
  Body extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
> {
  /** One sentence for the API's documentation. */
  summary: string;
  /** Section of the documentation. */
  tag: string;
  /** Who may call it: anyone, a signed-in user, or a service with a token. */
  auth: "public" | "user" | "service";
  /** Scopes that let a personal key call a user's route. */
  scopes?: readonly string[];
  /**
   * The scope a service needs, empty where any valid token will do; on a user's route it opens that
   * route to services as well.
   */
  service?: string;
  /** Roles a user's route is for; without it every role may call. */
  roles?: readonly Role[];
  /** Needs a confirmed e-mail. */
  verified?: boolean;
  /** Needs a fresh proof of identity. */
  stepUp?: boolean;
  /** Open to accounts that are suspended or about to be deleted: their own data and the way out. */
  anyStanding?: boolean;
  /** Its own classes of requests, beside those that hold for every route. */
  rate?: RateClass | readonly RateClass[];
  /** What of a body is counted by that class beside the caller: an address that is written to. */
  rateText?: (body: unknown) => string;
  /**
   * The class counts a text alone and not the caller beside it: many people behind one address have
   * a second step each. Without {@link rateText} the handler names the text.
   */
  rateByText?: boolean;
  /** Limited by the plan's chat turns per minute. */
  chatTurn?: boolean;
  /** Outside all limits (health). */
  unlimited?: boolean;
  body?: Body;
  /** Whether the body may be left out. */
  bodyOptional?: boolean;
  query?: Query;
  /** Status to schema of the answer; null for an answer without JSON. */
  responses: Record<number, { schema: z.ZodType | null; description: string; type?: string }>;
  /** Set when the route will leave the API; its answers say so, refusals included. */
  retirement?: Retirement;
  /** Codes of problems beyond those any route of its kind can answer with. */
  problems?: readonly string[];
}

/** What `lib/api` provides for every route: who calls, and how often they may. */
export interface Gate {
  /** Whom the request's own credential stands for. */
  authenticate(request: Request, address: string): Promise<Authentication>;
  /**
   * The service that calls, when its token holds the scope.
   *
   * @throws Problem 403 `service_token_*`
   */
  service(request: Request, route: { scope: string; name: string }): Promise<ServiceCaller>;
  /**
   * Holds a caller to what the route asks beyond being signed in.
   *
   * @throws Problem 403 `suspended`, `scope_missing`, `forbidden`, `email_unverified`,
   *   `plan_required`, `step_up_required`
   */
  admit(principal: Principal, context: { request: Request; meta: RouteMeta }): void;
  /**
   * Holds somebody whose e-mail is not confirmed to the first messages (ACC-53).
   *
   * @throws Problem 403 `email_unverified`
   */
  admitTurn(principal: Principal): Promise<void>;
  /** 401 for a request that shows nothing. */
  missing(): Problem;
  /** @throws Problem 429 `rate_limited` */
  limit(context: {
    request: Request;
    principal: Principal | null;
    address: string;
    meta: RouteMeta;
    /** Counted in place of the caller; hashed before it is kept. */
    text?: string;
  }): Promise<Record<string, string>>;
  /** @throws Problem 403 `csrf_failed` for a cookie request from elsewhere */
  checkOrigin(request: Request): void;
  /** The same for a form that anybody may send, signed in or not (sign-in, registration). */
  checkForm(request: Request): void;
}

/** Variables of a request. */
export interface ApiVariables {
  gate: Gate;
  address: string;
  correlationId: string;
  log: Log;
  principal: Principal | null;
  /** The service that called, on routes of services. */
  service: ServiceCaller | null;
  /** Headers of a route that will leave the API. */
  leaving: Record<string, string>;
  /** A session's new value, for an answer that sets no other. */
  renewedCookie: string | null;
}

/** Bindings and variables of every Hono app here. */
export interface ApiEnv extends Env {
  Bindings: { remoteAddress: string };
  Variables: ApiVariables;
}

const META = Symbol("route");
/** Path parameters that hold a UUID. */
const ID_PARAMS = /^(?:id|.*Id)$/;

type RouteInput<Body extends z.ZodType, Query extends z.ZodType> = {
  in: { json: z.input<Body>; query: z.input<Query> };
  out: { json: z.output<Body>; query: z.output<Query> };
} & Input;

/**
 * Declares a route: the middleware carries the metadata, enforces it and validates the input, so
 * that handlers read only what was checked. Handlers then use `c.req.valid("json")`,
 * `c.req.valid("query")` and {@link caller}.
 */
export function route<Body extends z.ZodType, Query extends z.ZodType>(
  meta: RouteMeta<Body, Query>,
): MiddlewareHandler<ApiEnv, string, RouteInput<Body, Query>> {
  const leaving = meta.retirement ? retirementHeaders(meta.retirement) : {};
  const middleware: MiddlewareHandler<ApiEnv, string, RouteInput<Body, Query>> = async (
    c,
    next,
  ) => {
    c.set("leaving", leaving);
    const principal = await enter(c, meta);
    c.set("principal", principal);
    for (const [name, value] of Object.entries(c.req.param() as Record<string, string>)) {
      // An id of another form belongs to nothing, which is what the caller is told.
      if (ID_PARAMS.test(name) && !isUuid(value)) throw notFound();
    }
    if (meta.query) c.req.addValidatedData("query", parse(meta.query, c.req.query()) as object);
    if (meta.body) {
      const body = await parseBody(c, meta) as object;
      const text = meta.rateText?.(body);
      if (text !== undefined) {
        const { gate, address } = c.var;
        const headers = await gate.limit({ request: c.req.raw, principal, address, meta, text });
        if (meta.rateByText) setHeaders(c, headers);
      }
      c.req.addValidatedData("json", body);
    }
    await next();
  };
  return Object.assign(middleware, { [META]: meta });
}

async function enter(c: Context<ApiEnv>, meta: RouteMeta): Promise<Principal | null> {
  const { gate, address } = c.var;
  const request = c.req.raw;
  if (
    meta.service !== undefined &&
    (meta.auth === "service" || request.headers.has("x-service-token"))
  ) {
    await gate.limit({ request, principal: null, address, meta });
    c.set("service", await gate.service(request, { scope: meta.service, name: c.req.routePath }));
    return null;
  }
  // Probes know nobody: whether the process lives must not hang on the database (OPS-11).
  if (meta.unlimited && meta.auth === "public") return null;
  const found = await gate.authenticate(request, address);
  const principal = found.kind === "user" ? found.principal : null;
  // Sent with whatever the answer will be, refusals included.
  if (found.kind === "user" && found.setCookie) c.set("renewedCookie", found.setCookie);
  const limited = { request, principal: meta.auth === "public" ? null : principal, address, meta };
  if (meta.auth !== "public" && !principal) {
    await gate.limit(limited);
    throw found.kind === "refused" ? found.problem : gate.missing();
  }
  if (!["GET", "HEAD", "OPTIONS"].includes(request.method)) gate.checkOrigin(request);
  // Suspension and the gates are told before a limit, and count against it all the same (USE-30).
  const refusal = await refusalOf(gate, { request, meta, principal });
  if (!meta.unlimited) {
    const headers = await gate.limit(limited).catch((error) => {
      throw refusal ?? error;
    });
    setHeaders(c, headers);
  }
  if (refusal) throw refusal;
  return principal;
}

function setHeaders(c: Context<ApiEnv>, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
}

/** Why a caller may not do this; null when they may. */
async function refusalOf(
  gate: Gate,
  { request, meta, principal }: {
    request: Request;
    meta: RouteMeta;
    principal: Principal | null;
  },
): Promise<unknown> {
  try {
    if (meta.auth === "user") gate.admit(principal!, { request, meta });
    if (principal && meta.chatTurn) await gate.admitTurn(principal);
    return null;
  } catch (error) {
    return error;
  }
}

async function parseBody(c: Context<ApiEnv>, meta: RouteMeta): Promise<unknown> {
  const empty = !c.req.raw.body || c.req.header("content-length") === "0";
  return parse(meta.body!, empty && meta.bodyOptional ? {} : await readJson(c.req.raw));
}

/** The value checked by a schema. @throws Problem 400 `validation_failed` */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw zodProblem(result.error);
  return result.data;
}

/** Who called a route that needs a user. */
export function caller(c: Context<ApiEnv>): Principal {
  const principal = c.var.principal;
  if (!principal) throw new Error('A route without `auth: "user"` asked who called');
  return principal;
}

/** Which service called a route of services. */
export function callingService(c: Context<ApiEnv>): ServiceCaller {
  const { service } = c.var;
  if (!service) throw new Error('A route without `auth: "service"` asked which service called');
  return service;
}

/** The metadata of a handler, if it was declared by {@link route}. */
export function routeMeta(handler: Handler | MiddlewareHandler): RouteMeta | undefined {
  return (handler as { [META]?: RouteMeta })[META];
}

/** 405 `method_not_allowed`. */
export function methodNotAllowed(allow: string): Problem {
  return new Problem(
    "method_not_allowed",
    405,
    "This method is not supported here",
    `Use ${allow}`,
    { allow },
  );
}
