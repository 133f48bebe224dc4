import type { Clock } from "@/lib/platform/clock.ts";
import type { Config } from "@/lib/platform/config.ts";
import type { RateLimit } from "@/lib/platform/config_rates.ts";
import { addressKey } from "@/lib/platform/http/address.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import type { Gate } from "@/lib/platform/http/route.ts";
import { Problem } from "@/lib/platform/problem.ts";
import type { Bucket, BucketState, RateLimiter } from "@/lib/platform/rate_limiter.ts";
import type { Accounts, SessionCookie } from "@/lib/accounts/mod.ts";
import type { Entitlements, Plans } from "@/lib/plans/mod.ts";
import { entitled } from "./entitled.ts";

/** Classes that people read with; they may burst to twice their limit, writes to one and a half. */
const READ_CLASSES = new Set([
  "WEB_READ",
  "PUBLIC",
  "CHAT_SEARCH",
  "MEMORY_SEARCH",
  "ANONYMOUS",
  "INSTANCE_PER_IP",
]);
/** Classes that keep their full strictness while the shared store is away. */
const STRICT_CLASSES = new Set([
  "REGISTER",
  "LOGIN",
  "RESET",
  "VERIFY",
  "WEBHOOK",
  "WEBHOOK_HOURLY",
]);
/** Classes counted by address although the caller may be signed in. */
const BY_ADDRESS = new Set([
  "REGISTER",
  "LOGIN",
  "RESET",
  "VERIFY",
  "PUBLIC",
  "WEBHOOK",
  "WEBHOOK_HOURLY",
]);

/** What decides who calls and how often. */
export interface GateOptions {
  config: Pick<Config, "rates" | "baseUrl" | "allowedOrigins">;
  accounts: Accounts;
  cookie: SessionCookie;
  plans: Plans;
  entitlements: Pick<Entitlements, "of">;
  limiter: RateLimiter;
  clock: Clock;
}

/** The gate of every route: one authentication, one origin check, one set of limits. */
export function createGate(options: GateOptions): Gate {
  const { config, cookie } = options;
  const origins = new Set([new URL(config.baseUrl).origin, ...config.allowedOrigins]);

  function bucket(name: string, key: string): Bucket | null {
    const limit = config.rates[`RATE_${name}`] as RateLimit | null | undefined;
    if (!limit) return null;
    return {
      name: name.toLowerCase(),
      key,
      ...limit,
      burst: limit.windowSeconds > 60 ? 1 : READ_CLASSES.has(name) ? 2 : 1.5,
      strict: STRICT_CLASSES.has(name),
    };
  }

  function buckets(context: Parameters<Gate["limit"]>[0]): Bucket[] {
    const { request, principal, meta } = context;
    const address = addressKey(context.address);
    const list: (Bucket | null)[] = [];
    for (const rate of meta.rate ? [meta.rate].flat() : []) {
      list.push(bucket(rate, principal && !BY_ADDRESS.has(rate) ? principal.userId : address));
    }
    if (principal && meta.chatTurn) {
      list.push(planBucket("chat_turns", principal, "chatTurnsPerMinute"));
    }
    if (principal?.kind === "web") {
      const read = request.method === "GET" || request.method === "HEAD";
      list.push(bucket(read ? "WEB_READ" : "WEB_WRITE", principal.sessionId));
    } else if (principal) list.push(planBucket("api", principal, "apiRequestsPerMinute"));
    else if (!meta.rate) list.push(bucket("ANONYMOUS", address));
    list.push(bucket("INSTANCE_PER_IP", address));
    return list.filter((entry) => entry !== null);
  }

  /** Whether a browser says that one of our own pages sent the request. */
  function isOwn(request: Request): boolean {
    const origin = request.headers.get("origin");
    if (request.headers.get("sec-fetch-site") === "same-origin") return true;
    // The address it was asked at is our own too, for example 127.0.0.1 beside localhost.
    return origin !== null && (origins.has(origin) || origin === new URL(request.url).origin);
  }

  /** A bucket whose size is a number of the person's plan (API-11). */
  function planBucket(
    name: string,
    principal: Principal,
    limit: "chatTurnsPerMinute" | "apiRequestsPerMinute",
  ): Bucket | null {
    const limits = principal.limits ?? options.plans.limits(principal.effectivePlan);
    const count = limits[limit];
    if (count === null) return null;
    return { name, key: principal.userId, count, windowSeconds: 60, burst: 1.5 };
  }

  return {
    async authenticate(request) {
      const token = cookie.read(request.headers);
      // A Bearer request ignores cookies.
      if (!token || request.headers.has("authorization")) return null;
      const principal = await options.accounts.authenticate(token);
      return principal && await entitled(principal, options.entitlements);
    },

    unauthenticated(request) {
      const shown = cookie.read(request.headers) !== null || request.headers.has("authorization");
      return new Problem(
        shown ? "token_invalid" : "token_missing",
        401,
        "You are not signed in",
        shown ? "The session has ended; sign in again" : "Sign in to go on",
      );
    },

    checkOrigin(request) {
      // Without a cookie there is nothing that another site could abuse.
      if (!cookie.read(request.headers) || request.headers.has("authorization")) return;
      if (!isOwn(request)) throw fromElsewhere();
    },

    checkForm(request) {
      const { headers } = request;
      const told = headers.has("sec-fetch-site") || headers.has("origin");
      if ((told || cookie.read(headers)) && !isOwn(request)) throw fromElsewhere();
    },

    async limit(context) {
      const wanted = buckets(context);
      const { states, refused } = await options.limiter.take(wanted);
      if (!refused) return rateHeaders(states);
      throw new Problem(
        "rate_limited",
        429,
        "Too many requests",
        `The limit is ${refused.bucket.count} in ${refused.bucket.windowSeconds} seconds; wait ${refused.resetSeconds} seconds`,
        {
          policy: refused.bucket.name,
          limit: refused.bucket.count,
          resetsAt: new Date(options.clock.now().getTime() + refused.resetSeconds * 1000)
            .toISOString(),
          retryAfterSeconds: Math.max(1, refused.resetSeconds),
          rateHeaders: rateHeaders(states),
        },
      );
    },
  };
}

function fromElsewhere(): Problem {
  return new Problem(
    "csrf_failed",
    403,
    "The request came from elsewhere",
    "Send it from the product's own pages, or with a matching Origin header",
  );
}

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers), closest bucket first. */
export function rateHeaders(states: BucketState[]): Record<string, string> {
  if (states.length === 0) return {};
  const closest = [...states].sort((a, b) => share(a) - share(b));
  return {
    "RateLimit-Policy": closest.map(({ bucket }) =>
      `"${bucket.name}";q=${bucket.count};w=${bucket.windowSeconds}`
    ).join(", "),
    "RateLimit": closest.map(({ bucket, remaining, resetSeconds }) =>
      `"${bucket.name}";r=${remaining};t=${resetSeconds}`
    ).join(", "),
  };
}

const share = ({ bucket, remaining }: BucketState) => remaining / bucket.count;
