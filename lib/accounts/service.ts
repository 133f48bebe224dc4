import type { KeyRing } from "@/lib/platform/key_ring.ts";
import type { Clock } from "@/lib/platform/clock.ts";
import { type AppSecret, base64url, purposeKey, sealer } from "@/lib/platform/crypto.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import type { IdSource, Random } from "@/lib/platform/ids.ts";
import type { Kv } from "@/lib/platform/kv.ts";
import type { Log } from "@/lib/platform/log.ts";
import type { Mailer } from "@/lib/platform/mail.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import type { Outbox } from "@/lib/platform/outbox.ts";
import type { PasswordHasher } from "@/lib/platform/password.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import type { ServiceTokens } from "@/lib/platform/service_token.ts";
import { createAccessTokens } from "./access_token.ts";
import { createAddresses } from "./addresses.ts";
import { createAdministration } from "./administration.ts";
import { createApiKeys } from "./api_keys.ts";
import { createAudit } from "./audit.ts";
import type { AccountContext, AccountOptions } from "./context.ts";
import { deviceCookie, sessionCookie } from "./cookie.ts";
import { createDevices } from "./devices.ts";
import { createErasure } from "./erasure.ts";
import { createExports } from "./exports.ts";
import { createFamilies } from "./families.ts";
import { createMails } from "./mails.ts";
import { createPasswords } from "./passwords.ts";
import { createAuthenticate, PROOF_MS, standingOf } from "./principals.ts";
import { createProfiles } from "./profile.ts";
import { createRecovery } from "./recovery.ts";
import { createRetention } from "./retention.ts";
import type { SignedIn } from "./schema.ts";
import { createServiceAccess } from "./service_access.ts";
import { createSessions } from "./sessions.ts";
import { createSignIn, userView } from "./sign_in.ts";
import { createStateCache } from "./state_cache.ts";
import { findUser, holdUser } from "./store.ts";
import { createLoginThrottle } from "./throttle.ts";
import { TERMS_VERSION } from "./terms.ts";
import { createTwoFactor } from "./two_factor.ts";

/** Messages somebody can send before the e-mail is confirmed. */
const FREE_MESSAGES = 10;

export type { Client, Entered } from "./sign_in.ts";

/** The service of this room. */
export type Accounts = ReturnType<typeof createAccounts>;

/** What the room stands on. */
export interface AccountParts {
  db: Database;
  kv: Kv;
  clock: Clock;
  ids: IdSource;
  random: Random;
  hasher: PasswordHasher;
  outbox: Outbox;
  mailer: Mailer;
  log: Log;
  metrics: Metrics;
  appSecret: AppSecret;
  /** Signs access tokens. */
  userKeys: KeyRing;
  services: ServiceTokens;
  options: AccountOptions;
}

function contextOf(parts: AccountParts): AccountContext {
  const { db, kv, clock, ids, random, hasher, outbox, log, metrics, appSecret, options } = parts;
  const audit = createAudit({
    db,
    clock,
    ids,
    metrics,
    refKey: purposeKey(appSecret, "audit-ref"),
  });
  return {
    db,
    kv,
    clock,
    ids,
    random,
    hasher,
    outbox,
    log,
    metrics,
    options,
    audit,
    throttle: createLoginThrottle({ kv, clock, metrics }),
    throttleKey: purposeKey(appSecret, "login-throttle"),
    access: createAccessTokens({ keys: parts.userKeys, issuer: options.baseUrl, clock, ids }),
    mails: createMails({
      outbox,
      mailer: parts.mailer,
      seal: sealer(appSecret, "mail"),
      clock,
      ids,
      log,
      metrics,
      baseUrl: options.baseUrl,
      supportEmail: options.supportEmail,
      asSystem: (purpose, work) => db.asSystem(purpose, work),
      onQueue: options.onMail,
    }),
    seal: sealer(appSecret, "second-factor"),
    cookie: sessionCookie(options.baseUrl),
    deviceCookie: deviceCookie(options.baseUrl, purposeKey(appSecret, "device")),
    cache: createStateCache(clock),
  };
}

/** Accounts: sign-in, credentials, second factors, keys, rights, administration. */
export function createAccounts(given: AccountParts) {
  const context = contextOf(given);
  const { clock, options, audit, cookie } = context;
  const sessions = createSessions(context);
  const families = createFamilies(context);
  const apiKeys = createApiKeys(context);
  const signIn = createSignIn(context, { sessions, families });
  const twoFactor = createTwoFactor(context, {
    signIn,
    codeKey: purposeKey(given.appSecret, "backup-code"),
  });
  const passwords = createPasswords(context, { signIn, twoFactor });
  const addresses = createAddresses(context);
  const devices = createDevices(context);
  const profiles = createProfiles(context);
  const administration = createAdministration(context, { signIn });
  const recovery = createRecovery(context);
  const exports = createExports(context);
  const erasure = createErasure(context, { receiptKey: given.userKeys });
  const retention = createRetention(context, { apiKeys, exports, erasure });
  const serviceAccess = createServiceAccess(context, given.services);
  const { authenticate, foundOf } = createAuthenticate(context, {
    sessions,
    families,
    apiKeys,
    services: given.services,
  });

  const formKey = purposeKey(given.appSecret, "form");

  return {
    cookie,
    deviceCookie: context.deviceCookie,
    audit,
    mails: context.mails,
    authenticate,
    register: signIn.register,
    login: signIn.login,
    families,
    twoFactor,
    passwords,
    addresses,
    devices,
    apiKeys,
    profiles,
    administration,
    recovery,
    exports,
    erasure,
    retention,
    serviceAccess,
    settings: profiles.settings,
    changeSettings: profiles.changeSettings,
    setAdmin: administration.setAdmin,

    /** The signed-in user as `GET /api/auth/me` shows them. */
    me(principal: Principal): SignedIn {
      const found = foundOf(principal)!;
      return {
        user: userView(found.user, clock.now(), options.autoVerify),
        session: {
          id: principal.sessionId,
          kind: principal.kind,
          expiresAt: found.expiresAt.toISOString(),
          stepUpUntil: principal.stepUpUntil?.toISOString() ?? null,
        },
      };
    },

    /** What a form of a page carries, so that it counts in the session it was shown in alone. */
    formToken: async (sessionId: string): Promise<string> =>
      base64url(await formKey.mac(`session:${sessionId}`)),

    /** Whether terms or privacy notice have a version that the person has not accepted (ACC-8). */
    termsDue: (principal: Principal): boolean =>
      foundOf(principal)?.user.termsVersion !== TERMS_VERSION,

    /** Notes that the person accepted the present version. */
    async acceptTerms({ userId }: Principal): Promise<void> {
      await context.db.asSystem("accounts: terms", async (tx) => {
        await tx`update users set terms_version = ${TERMS_VERSION},
          terms_accepted_at = ${clock.now()} where id = ${userId}`;
        await audit.record(tx, {
          category: "security",
          event: "terms_accepted",
          actor: { kind: "user", id: userId },
          userId,
          details: { version: TERMS_VERSION },
        });
      });
      context.cache.forgetUser(userId);
    },

    /** When an account that is closing will be erased; null while it is not. */
    deleteAfter: (principal: Principal): Date | null =>
      foundOf(principal)?.user.deleteAfter ?? null,

    /** Proves once more who is there; returns the session and its new cookie. */
    async stepUp(
      principal: Principal,
      proof: { password?: string | undefined; code?: string | undefined },
      client: Parameters<typeof twoFactor.stepUp>[2],
    ): Promise<{ session: SignedIn["session"]; cookies: string[] }> {
      const { provedAt, setCookie } = await twoFactor.stepUp(
        principal,
        proof,
        client,
        sessions.prove,
      );
      const { session } = this.me(principal);
      return {
        session: {
          ...session,
          stepUpUntil: new Date(provedAt.getTime() + PROOF_MS).toISOString(),
        },
        cookies: setCookie ? [setCookie] : [],
      };
    },

    /** Ends the session or family that was shown. */
    async logout(principal: Principal): Promise<void> {
      await context.db.asSystem("accounts: logout", async (tx) => {
        await holdUser(tx, principal.userId);
        await tx`delete from web_sessions
          where id = ${principal.sessionId} and user_id = ${principal.userId}`;
        await tx`update token_families set ended_at = ${clock.now()}
          where id = ${principal.sessionId} and user_id = ${principal.userId}`;
        await audit.record(tx, {
          category: "authentication",
          event: "logout",
          actor: { kind: "user", id: principal.userId },
          userId: principal.userId,
        });
      });
      context.cache.forget(principal.sessionId);
    },

    /** Ends every session and family of an account. */
    logoutAll: (principal: Principal): Promise<void> =>
      devices.endMany(principal, { keepThis: false }),

    /**
     * Whether somebody has sent fewer than ten messages, which need no confirmed e-mail (ACC-53).
     * What was sent stays in the balance when conversations are erased.
     */
    async mayStillTry(principal: Principal): Promise<boolean> {
      const [row] = await context.db.asUser(principal.userId, (tx) =>
        tx<{ n: number }[]>`
          select greatest(
            (select count(*) from (
              select from messages where user_id = ${principal.userId} and role = 'user'
              limit ${FREE_MESSAGES}) as kept),
            (select sum(used + reserved) from usage_daily
              where user_id = ${principal.userId} and resource = 'messages'))::integer as n`);
      return row!.n < FREE_MESSAGES;
    },

    /** Whether an account can be used now; jobs ask before they work for it. */
    async isActive(userId: string): Promise<boolean> {
      const user = await context.db.asSystem("accounts: job", (tx) => findUser(tx, userId));
      return user !== null && standingOf(user, clock.now()) === "active";
    },

    /** Whether a caller may still go on; asked while an answer is streamed (ACC-85). */
    async mayGoOn(principal: Principal): Promise<boolean> {
      const now = clock.now();
      const [row] = await context.db.asSystem("accounts: stream", (tx) =>
        tx<{ ok: boolean }[]>`
          select (u.suspended_at is null or u.suspended_until <= ${now})
              and u.deletion_requested_at is null
              and (exists (select from web_sessions where id = ${principal.sessionId})
                or exists (select from token_families
                  where id = ${principal.sessionId} and ended_at is null)
                or exists (select from api_keys
                  where id = ${principal.sessionId} and revoked_at is null and paused_at is null)
              ) as ok
          from users u where u.id = ${principal.userId}`);
      return row?.ok ?? false;
    },
  };
}
