import type { Clock } from "@/lib/platform/clock.ts";
import type { Config } from "@/lib/platform/config.ts";
import type { RateClass, RateLimit } from "@/lib/platform/config_rates.ts";
import { addressKey } from "@/lib/platform/http/address.ts";
import { sha256Hex } from "@/lib/platform/crypto.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import type { Gate, RouteMeta } from "@/lib/platform/http/route.ts";
import { stepUpRequired } from "@/lib/platform/http/step_up.ts";
import { Problem } from "@/lib/platform/problem.ts";
import type { Bucket, BucketState, RateLimiter } from "@/lib/platform/rate_limiter.ts";
import { type Accounts, shownCredential, unverified } from "@/lib/accounts/mod.ts";
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
  config: Pick<Config, "rates" | "baseUrl" | "allowedOrigins" | "supportEmail">;
  accounts: Accounts;
  plans: Plans;
  entitlements: Pick<Entitlements, "of">;
  limiter: RateLimiter;
  clock: Clock;
}

/** The gate of every route: one authentication, one origin check, one set of limits. */
export function createGate(options: GateOptions): Gate {
  const { config, accounts } = options;
  const { cookie } = accounts;
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

  /**
   * Whose bucket of a class it is. Each archive that could not be made begins a new one for its
   * owner: a failure of ours does not use up the archive of a day, whichever process it befell.
   */
  async function keyFor(rate: RateClass, principal: Principal | null, address: string) {
    if (!principal || BY_ADDRESS.has(rate)) return address;
    const failed = rate === "EXPORT" ? await accounts.exports.lastFailed(principal.userId) : null;
    return failed ? `${principal.userId}:${failed}` : principal.userId;
  }

  async function buckets(context: Parameters<Gate["limit"]>[0]): Promise<Bucket[]> {
    const { request, principal, meta, text } = context;
    const address = addressKey(context.address);
    if (text !== undefined && meta.rate) {
      const key = `text:${sha256Hex(text.trim().normalize("NFC").toLowerCase())}`;
      return [meta.rate].flat().map((rate) => bucket(rate, key)).filter((entry) => entry !== null);
    }
    const list: (Bucket | null)[] = [];
    for (const rate of meta.rate && !meta.rateByText ? [meta.rate].flat() : []) {
      list.push(bucket(rate, await keyFor(rate, principal, address)));
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
    async authenticate(request, address) {
      const credential = shownCredential(request.headers, cookie.read(request.headers));
      const found = await accounts.authenticate(credential, { address });
      if (found.kind !== "user") return found;
      return { ...found, principal: await entitled(found.principal, options.entitlements) };
    },

    service: (request, { scope, name }) =>
      accounts.serviceAccess.admit(request.headers.get("x-service-token"), { name, scope }),

    admit(principal, { request, meta }) {
      if (principal.standing !== "active" && !meta.anyStanding) {
        throw standingProblem(principal, config.supportEmail);
      }
      if (principal.kind === "key") {
        admitKey(principal, { request, meta, refused: accounts.apiKeys.refusedOnce });
      }
      if (meta.roles && !meta.roles.includes(principal.role)) throw withoutRight();
      if (meta.verified && !principal.emailVerified) throw unverified();
      if (meta.stepUp && principal.kind !== "key" && !principal.stepUpUntil) {
        throw stepUpRequired(principal);
      }
    },

    async admitTurn(principal) {
      if (!principal.emailVerified && !await accounts.mayStillTry(principal)) throw unverified();
    },

    missing: () => new Problem("token_missing", 401, "You are not signed in", "Sign in to go on"),

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
      const wanted = await buckets(context);
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

/** Holds a personal key to its scopes; a key of an expired account may only read and export. */
function admitKey(
  principal: Principal,
  { request, meta, refused }: {
    request: Request;
    meta: RouteMeta;
    refused: (id: string) => Promise<void>;
  },
): void {
  const held = principal.scopes ?? [];
  if (!meta.scopes?.some((scope) => held.includes(scope))) {
    void refused(principal.sessionId).catch(() => {});
    throw new Problem(
      "scope_missing",
      403,
      "The API key may not do this",
      meta.scopes ? `It needs the scope ${meta.scopes.join(" or ")}` : "No scope opens this route",
    );
  }
  const reads = request.method === "GET" || request.method === "HEAD";
  if (principal.effectivePlan === "expired" && !reads) {
    throw new Problem(
      "plan_required",
      403,
      "This needs another plan",
      "The trial has ended; keys may only read and export",
      { plan: "basic", upgradeUrl: "/billing" },
    );
  }
}

/** 403 for an account that is suspended or about to be deleted. */
export function standingProblem(principal: Principal, support: string | undefined): Problem {
  if (principal.standing === "closing") {
    return new Problem(
      "suspended",
      403,
      "This account is about to be deleted",
      "Take the deletion back in the settings to use it again",
      { restoreUrl: "/settings/data" },
    );
  }
  const appeal = support
    ? `Write to ${support} to have it looked at`
    : "Write to support to have it looked at";
  const reason = principal.suspension?.reason;
  return new Problem(
    "suspended",
    403,
    "This account is suspended",
    reason ? `${reason}. ${appeal}` : appeal,
    {
      reason: reason ?? null,
      until: principal.suspension?.until?.toISOString() ?? null,
      appeal: support ?? null,
      exportUrl: "/settings/data",
    },
  );
}

function withoutRight(): Problem {
  return new Problem(
    "forbidden",
    403,
    "You may not do this",
    "Your account does not have the right. Everything of your own stays open to you",
  );
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
