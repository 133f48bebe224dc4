import type { Authentication, Principal } from "@/lib/platform/http/principal.ts";
import { Problem } from "@/lib/platform/problem.ts";
import type { ServiceTokens } from "@/lib/platform/service_token.ts";
import { effectivePlan } from "@/lib/plans/mod.ts";
import type { ApiKeys } from "./api_keys.ts";
import { type AccountContext, MINUTE, tokenProblem } from "./context.ts";
import type { Families } from "./families.ts";
import type { Sessions } from "./sessions.ts";
import { settingsSchema } from "./settings.ts";
import type { Found } from "./state_cache.ts";
import type { UserRow } from "./store.ts";

/** A credential as it was shown, before anybody looked whether it counts. */
export type Credential =
  | { kind: "session"; token: string }
  | { kind: "access"; token: string }
  | { kind: "key"; token: string }
  | { kind: "service"; token: string | null; audience: string }
  /** An `Authorization` header of another form. */
  | { kind: "malformed" };

/** A fresh proof of identity counts for fifteen minutes. */
export const PROOF_MS = 15 * MINUTE;

/** Whether an account can be used, at a moment. */
export function standingOf(user: UserRow, now: Date): Principal["standing"] {
  if (user.suspendedAt && (!user.suspendedUntil || user.suspendedUntil > now)) return "suspended";
  return user.deletionRequestedAt ? "closing" : "active";
}

/** The person's credential of a request: a Bearer request ignores cookies (ACC-36). */
export function shownCredential(headers: Headers, cookieToken: string | null): Credential | null {
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(authorization)?.[1];
    if (!token) return { kind: "malformed" };
    return { kind: token.startsWith("nova_sk_") ? "key" : "access", token };
  }
  return cookieToken === null ? null : { kind: "session", token: cookieToken };
}

/** The one function that authenticates every kind of credential (ACC-39). */
export type Authenticate = (
  credential: Credential | null,
  from: { address: string },
) => Promise<Authentication>;

/** Stays with a principal when it is copied, and is seen by nobody else. */
const FOUND = Symbol("found");
type Known = Principal & { [FOUND]?: Found };

/** Builds {@link Authenticate} over the room's parts. */
export function createAuthenticate(
  context: AccountContext,
  parts: { sessions: Sessions; families: Families; apiKeys: ApiKeys; services: ServiceTokens },
): { authenticate: Authenticate; foundOf(principal: Principal): Found | undefined } {
  const { clock, options } = context;
  const attempts = context.metrics.counter("auth_validation_total", "Credentials checked", [
    "kind",
    "result",
  ]);

  function principalOf(found: Found): Known {
    const { user } = found;
    const now = clock.now();
    const settings = settingsSchema.parse(user.settings);
    const standing = standingOf(user, now);
    const provedUntil = found.provedAt && new Date(found.provedAt.getTime() + PROOF_MS);
    // Without a second factor the rights of a role sleep, where it matters (ACC-70). A key has none.
    const dormant = options.appEnv === "production" && user.twoFactorAt === null;
    return {
      [FOUND]: found,
      userId: user.id,
      sessionId: found.id,
      kind: found.kind,
      email: user.email,
      displayName: user.displayName,
      role: dormant || found.kind === "key" ? "learner" : found.role,
      emailVerified: user.emailVerifiedAt !== null || options.autoVerify,
      plan: user.plan,
      effectivePlan: effectivePlan(user, now),
      trialEndsAt: user.trialEndsAt,
      locale: user.locale,
      timeZone: user.timeZone,
      memory: { enabled: settings.memory, searchConversations: settings.searchConversations },
      companion: { tone: settings.tone, answerLength: settings.answerLength },
      scopes: found.scopes,
      dailyTokens: found.dailyTokens,
      twoFactor: user.twoFactorAt !== null,
      stepUpUntil: provedUntil && provedUntil > now ? provedUntil : null,
      standing,
      suspension: standing === "suspended"
        ? { until: user.suspendedUntil, reason: user.suspendedReason }
        : null,
    };
  }

  const refused = (problem: Problem): Authentication => ({ kind: "refused", problem });
  const user = (found: Found): Authentication => ({ kind: "user", principal: principalOf(found) });

  async function check(credential: Credential, address: string): Promise<Authentication> {
    switch (credential.kind) {
      case "malformed":
        return refused(tokenProblem("token_invalid"));
      case "session": {
        const session = await parts.sessions.lookUp(credential.token);
        if (!session) return refused(tokenProblem("token_invalid"));
        const setCookie = session.renew ? await parts.sessions.renew(session.found.id) : null;
        return { ...user(session.found), ...(setCookie ? { setCookie } : {}) } as Authentication;
      }
      case "access": {
        const result = await context.access.check(credential.token);
        if (!result.ok) return refused(tokenProblem(result.code));
        const found = await parts.families.lookUp(result.claims.familyId);
        return found && found.user.id === result.claims.userId
          ? user(found)
          : refused(tokenProblem("token_invalid"));
      }
      case "key": {
        const result = await parts.apiKeys.lookUp(credential.token, address);
        return typeof result === "string" ? refused(tokenProblem(result)) : user(result);
      }
      case "service": {
        const result = await parts.services.check(credential.token, credential.audience);
        return result.ok
          ? { kind: "service", caller: result.caller }
          : refused(serviceProblem(result.code));
      }
    }
  }

  return {
    async authenticate(credential, { address }) {
      if (!credential) return { kind: "anonymous" };
      const result = await check(credential, address);
      const outcome = result.kind === "refused" ? result.problem.code : "ok";
      attempts.add(1, { kind: credential.kind, result: outcome });
      return result;
    },
    foundOf: (principal: Known) => principal[FOUND],
  };
}

const SERVICE_TITLES: Record<string, string> = {
  service_token_missing: "Send a service token in X-Service-Token",
  service_token_invalid: "The service token is not accepted",
  service_token_expired: "The service token has run out; renew it in time or have one made",
  service_token_revoked: "The service token was taken back",
  service_token_audience: "The service token is for another audience or environment",
  service_token_scope: "The service token does not hold the scope that is needed",
};

/** 403 with one of the codes of ACC-102; `scope` is the one that is needed. */
export function serviceProblem(code: string, scope?: string): Problem {
  const needed = scope ? `. The scope needed is ${scope}` : "";
  return new Problem(
    code,
    403,
    "This service may not call here",
    `${SERVICE_TITLES[code]}${needed}`,
  );
}
