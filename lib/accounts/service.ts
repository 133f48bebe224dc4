import type { Clock } from "@/lib/platform/clock.ts";
import { base64url, fromBase64url, purposeKey, sha256 } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource, Random } from "@/lib/platform/ids.ts";
import type { Log } from "@/lib/platform/log.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { needsRehash, type PasswordHasher } from "@/lib/platform/password.ts";
import { conflict, Problem, validationFailed } from "@/lib/platform/problem.ts";
import { addressKey } from "@/lib/platform/http/address.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { takeCodePoints } from "@/lib/platform/text.ts";
import { effectivePlan, trialEnd } from "@/lib/plans/mod.ts";
import { normalizeEmail } from "./email.ts";
import { type PasswordFault, passwordFault } from "./password_rules.ts";
import type { Login, Registration, SignedIn } from "./schema.ts";
import { settingsSchema } from "./settings.ts";
import * as store from "./store.ts";
import type { LoginThrottle } from "./throttle.ts";

/** From where somebody signs in. */
export interface Client {
  address: string;
  userAgent: string;
  /** The language the browser asks for. */
  locale?: string;
}

/** A new session: what the caller is told, and the secret for the cookie. */
export interface NewSession {
  signedIn: SignedIn;
  token: string;
  maxAgeSeconds: number;
}

/** What others do in the transaction of a registration (the school, the welcome). */
export type RegistrationHook = (tx: Tx, user: { id: string; email: string }) => Promise<void>;

/** Version of terms and privacy notice that registration accepts. */
export const TERMS_VERSION = "2026-11";

const DAY = 24 * 60 * 60 * 1000;
/** A session lives seven days from its last use, ninety at most. */
const SLIDING_MS = 7 * DAY;
const ABSOLUTE_MS = 90 * DAY;
/** A fresh proof of identity counts for fifteen minutes. */
const PROOF_MS = 15 * 60_000;
/** A looked-up session is kept this long, so that an end takes effect within seconds. */
const CACHE_MS = 5_000;
const MAX_SESSIONS = 20;
const MAX_CACHED = 10_000;

const PASSWORD_MESSAGES: Record<PasswordFault, string> = {
  too_short: "A password needs at least 8 characters",
  too_long: "A password has at most 128 characters",
  common: "This password is one of those that are tried first; choose another",
  like_account: "The password repeats your e-mail or name; choose another",
  too_weak:
    "This password is easy to guess; make it longer, or mix upper and lower case with digits",
};

/** The service of this room. */
export type Accounts = ReturnType<typeof createAccounts>;

/** Accounts and web sessions. */
export function createAccounts(options: {
  db: Database;
  clock: Clock;
  ids: IdSource;
  random: Random;
  hasher: PasswordHasher;
  throttle: LoginThrottle;
  log: Log;
  metrics: Metrics;
  appSecret: string;
  registration: { mode: "open" | "closed"; enumeration: "allow" | "deny" };
  onRegister?: RegistrationHook;
}) {
  const { db, clock, ids, hasher } = options;
  const keys = purposeKey(options.appSecret, "login-throttle");
  const logins = options.metrics.counter("auth_login_total", "Sign-ins", ["result"]);
  const registrations = options.metrics.counter("auth_registration_total", "Registrations", [
    "result",
  ]);
  const cache = new Map<string, { found: Found | null; until: number }>();

  interface Found {
    session: store.SessionRow;
    user: store.UserRow;
  }

  async function throttleKeys(email: string, client: Client) {
    const [account, network] = await Promise.all([
      keys.mac(email),
      keys.mac(addressKey(client.address)),
    ]);
    return { account: base64url(account), network: base64url(network) };
  }

  async function newSession(tx: Tx, user: store.UserRow, client: Client): Promise<NewSession> {
    const now = clock.now();
    const token = options.random(32);
    const session: store.SessionRow = {
      id: ids(),
      userId: user.id,
      createdAt: now,
      lastUsedAt: now,
      provedAt: now,
      expiresAt: new Date(now.getTime() + SLIDING_MS),
      endsAt: new Date(now.getTime() + ABSOLUTE_MS),
    };
    await store.insertSession(tx, {
      ...session,
      tokenHash: sha256(token),
      userAgent: takeCodePoints(client.userAgent, 300),
      address: addressKey(client.address),
    });
    await store.trimSessions(tx, user.id, MAX_SESSIONS);
    return {
      signedIn: view({ session, user }),
      token: base64url(token),
      maxAgeSeconds: SLIDING_MS / 1000,
    };
  }

  function view({ session, user }: Found): SignedIn {
    const proofUntil = new Date(session.provedAt.getTime() + PROOF_MS);
    return {
      user: {
        id: user.id,
        email: user.email,
        displayName: user.displayName,
        handle: user.handle,
        role: user.role,
        emailVerified: user.emailVerifiedAt !== null,
        plan: user.plan,
        effectivePlan: effectivePlan(user, clock.now()),
        trialEndsAt: user.trialEndsAt.toISOString(),
        twoFactorEnabled: false,
        locale: user.locale,
        timeZone: user.timeZone,
        level: user.level,
        xp: user.xp,
        onboardingCompleted: user.onboardingCompletedAt !== null,
        createdAt: user.createdAt.toISOString(),
      },
      session: {
        id: session.id,
        kind: "web",
        expiresAt: session.expiresAt.toISOString(),
        stepUpUntil: proofUntil > clock.now() ? proofUntil.toISOString() : null,
      },
    };
  }

  /** The session of a token, from the cache or the database; renews what is in use. */
  async function lookUp(token: string): Promise<Found | null> {
    const bytes = fromBase64url(token);
    if (!bytes || bytes.length !== 32) return null;
    const now = clock.now();
    const cached = cache.get(token);
    if (cached && cached.until > now.getTime()) return cached.found;
    const found = await db.asSystem("accounts: session", async (tx) => {
      const found = await store.findSession(tx, sha256(bytes), now);
      // Renewed at most once a minute, so that reading costs no write.
      if (found && now.getTime() - found.session.lastUsedAt.getTime() > 60_000) {
        const expiresAt = new Date(now.getTime() + SLIDING_MS);
        await store.touchSession(tx, found.session.id, { lastUsedAt: now, expiresAt });
      }
      return found;
    });
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(token, { found, until: now.getTime() + CACHE_MS });
    return found;
  }

  function forgetCached(matches: (found: Found) => boolean): void {
    for (const [token, { found }] of cache) if (found && matches(found)) cache.delete(token);
  }

  function emailTaken(): Problem {
    return new Problem(
      "email_taken",
      409,
      "This e-mail has an account",
      "Sign in instead, or use another address",
    );
  }

  function wrongCredentials(): Problem {
    return new Problem(
      "credentials_invalid",
      401,
      "Sign-in failed",
      "The e-mail or the password is not right",
    );
  }

  return {
    /**
     * Makes an account and signs it in. Null where registration must not tell whether the address
     * was known (`REGISTRATION_ENUMERATION=deny`).
     *
     * @throws Problem 403, 409 `email_taken`, 400 for a password that is refused
     */
    async register(registration: Registration, client: Client): Promise<NewSession | null> {
      if (options.registration.mode === "closed") {
        throw new Problem(
          "forbidden",
          403,
          "Registration is closed",
          "Ask the operator for an account",
        );
      }
      const emailNormalized = normalizeEmail(registration.email)!;
      const displayName = registration.displayName ??
        takeCodePoints(registration.email.trim().split("@")[0]!, 100);
      const fault = passwordFault(registration.password, { email: emailNormalized, displayName });
      if (fault) {
        throw validationFailed([{
          path: "password",
          code: fault,
          message: PASSWORD_MESSAGES[fault],
        }]);
      }
      const passwordHash = await hasher.hash(registration.password);
      const now = clock.now();
      const id = ids();
      const made = await db.asSystem("accounts: register", async (tx) => {
        const inserted = await store.insertUser(tx, {
          id,
          email: registration.email.trim(),
          emailNormalized,
          displayName,
          passwordHash,
          locale: client.locale ?? "en",
          trialEndsAt: trialEnd(now),
          termsVersion: TERMS_VERSION,
          at: now,
        });
        if (!inserted) return null;
        await options.onRegister?.(tx, { id, email: registration.email.trim() });
        return await newSession(tx, (await store.findUser(tx, id))!, client);
      });
      registrations.add(1, { result: made ? "created" : "taken" });
      const deny = options.registration.enumeration === "deny";
      if (!made && !deny) throw emailTaken();
      return deny ? null : made;
    },

    /**
     * Signs in with a password.
     *
     * @throws Problem 401 `credentials_invalid` (the same for unknown accounts), 429
     *   `login_throttled`, 403 `suspended`
     */
    async login(login: Login, client: Client): Promise<NewSession> {
      const email = normalizeEmail(login.email) ?? login.email.trim().toLowerCase();
      const attempt = await options.throttle.begin(await throttleKeys(email, client));
      try {
        const user = await db.asSystem("accounts: login", (tx) => store.findLogin(tx, email));
        const right = user
          ? await hasher.verify(login.password, user.passwordHash)
          : (await hasher.dummy(login.password), false);
        if (!user || !right) {
          await attempt.failed();
          logins.add(1, { result: "failure" });
          throw wrongCredentials();
        }
        await attempt.succeeded();
        if (user.suspendedAt) {
          throw new Problem(
            "suspended",
            403,
            "This account is suspended",
            "Write to support to have it looked at",
          );
        }
        const rehash = needsRehash(user.passwordHash) ? await hasher.hash(login.password) : null;
        const session = await db.asSystem("accounts: login", async (tx) => {
          if (rehash) await store.setPasswordHash(tx, user.id, rehash);
          return await newSession(tx, user, client);
        });
        logins.add(1, { result: "success" });
        return session;
      } finally {
        attempt.abandoned();
      }
    },

    /** Who the token of a cookie stands for, or null. */
    async authenticate(token: string): Promise<Principal | null> {
      const found = await lookUp(token);
      if (!found || found.user.suspendedAt) return null;
      const { session, user } = found;
      const settings = settingsSchema.parse(user.settings);
      return {
        userId: user.id,
        sessionId: session.id,
        kind: "web",
        email: user.email,
        displayName: user.displayName,
        role: user.role,
        emailVerified: user.emailVerifiedAt !== null,
        plan: user.plan,
        effectivePlan: effectivePlan(user, clock.now()),
        trialEndsAt: user.trialEndsAt,
        locale: user.locale,
        timeZone: user.timeZone,
        memory: { enabled: settings.memory, searchConversations: settings.searchConversations },
      };
    },

    /** The signed-in user as `GET /api/auth/me` shows them. */
    async me(token: string): Promise<SignedIn | null> {
      const found = await lookUp(token);
      return found ? view(found) : null;
    },

    /** Ends one session. */
    async logout(principal: Principal): Promise<void> {
      await db.asUser(principal.userId, (tx) => store.deleteSession(tx, principal.sessionId));
      forgetCached((found) => found.session.id === principal.sessionId);
    },

    /** Ends every session of an account. */
    async logoutAll(userId: string): Promise<void> {
      await db.asUser(userId, (tx) => store.deleteSessions(tx, userId));
      forgetCached((found) => found.user.id === userId);
    },

    /** A person's settings, as stored. */
    settings: (userId: string): Promise<Record<string, unknown>> =>
      db.asUser(userId, async (tx) => (await store.findUser(tx, userId))?.settings ?? {}),

    /** Changes settings; members that are not named stay. */
    async changeSettings(
      userId: string,
      change: Record<string, unknown>,
    ): Promise<Record<string, unknown>> {
      const settings = await db.asUser(userId, async (tx) => {
        const user = await store.findUser(tx, userId);
        const merged = { ...user?.settings, ...change };
        await store.updateSettings(tx, userId, { settings: merged, at: clock.now() });
        return merged;
      });
      forgetCached((found) => found.user.id === userId);
      return settings;
    },

    /**
     * Makes an account an administrator, or takes that back; only the operator's command line
     * calls this.
     *
     * @throws Problem 404 for an unknown address, 409 when nobody would be left
     */
    async setAdmin(email: string, admin: boolean): Promise<{ id: string; role: string }> {
      const normalized = normalizeEmail(email);
      const role = admin ? "admin" as const : "learner" as const;
      const changed = await db.asSystem("operator: roles", async (tx) => {
        const row = normalized
          ? await store.setRole(tx, normalized, { role, at: clock.now() })
          : null;
        if (!row) return null;
        if (!admin && row.before === "admin") {
          const [left] = await tx<{ n: number }[]>`
            select count(*)::integer as n from users where role = 'admin'`;
          if (left!.n === 0) {
            throw conflict("This is the last administrator; grant another one first");
          }
        }
        await tx`insert into operator_audit (id, at, event, actor, target, details)
          values (${ids()}, ${clock.now()}, ${`role ${role}`}, 'host', ${row.id},
            ${tx.json({ before: row.before, after: role })})`;
        return row;
      });
      if (!changed) throw new Problem("not_found", 404, "Not found", "No account has this e-mail");
      forgetCached((found) => found.user.id === changed.id);
      return { id: changed.id, role };
    },
  };
}
