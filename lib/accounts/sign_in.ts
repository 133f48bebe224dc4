import { base64url } from "@/lib/platform/crypto.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { addressKey } from "@/lib/platform/http/address.ts";
import { needsRehash } from "@/lib/platform/password.ts";
import { Problem, validationFailed } from "@/lib/platform/problem.ts";
import { takeCodePoints } from "@/lib/platform/text.ts";
import { effectivePlan, trialEnd } from "@/lib/plans/mod.ts";
import { truncated } from "./audit.ts";
import {
  type AccountContext,
  addressee,
  DAY,
  MINUTE,
  spoken,
  wrongCredentials,
} from "./context.ts";
import { deviceName } from "./device_name.ts";
import { normalizeEmail } from "./email.ts";
import type { Families } from "./families.ts";
import { issueLink } from "./links.ts";
import { type PasswordFault, passwordFault } from "./password_rules.ts";
import { PROOF_MS } from "./principals.ts";
import type { Challenge, Login, Registration, SignedIn } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import * as store from "./store.ts";
import { TERMS_VERSION } from "./terms.ts";

/** From where and with what somebody signs in. */
export interface Client {
  address: string;
  userAgent: string;
  /** The language the browser asks for. */
  locale?: string;
  /** API clients get tokens, browsers cookies (ACC-36). */
  isApi?: boolean;
  /** From the signed cookie of a browser, or as an API client names itself. */
  deviceId?: string | null;
  deviceName?: string;
}

/** A sign-in: what the caller is told, and the cookies of a browser. */
export interface Entered {
  signedIn: SignedIn;
  cookies: string[];
}

const MAX_DEVICES = 20;
const CHALLENGE_MS = 5 * MINUTE;

const PASSWORD_MESSAGES: Record<PasswordFault, string> = {
  too_short: "A password needs at least 8 characters",
  too_long: "A password has at most 128 characters",
  common: "This password is one of those that are tried first; choose another",
  like_account: "The password repeats your e-mail or name; choose another",
  too_weak:
    "This password is easy to guess; make it longer, or mix upper and lower case with digits",
};

/** Refuses a password by the rules of ACC-10. @throws Problem 400 `validation_failed` */
export function checkPassword(
  password: string,
  about: { email: string; displayName: string; path: string },
): void {
  const fault = passwordFault(password, about);
  if (!fault) return;
  throw validationFailed([{ path: about.path, code: fault, message: PASSWORD_MESSAGES[fault] }]);
}

/** A user as they see themselves (CON-11). */
export function userView(user: store.UserRow, now: Date, autoVerify: boolean): SignedIn["user"] {
  return {
    id: user.id,
    email: user.email,
    displayName: user.displayName,
    handle: user.handle,
    role: user.role,
    emailVerified: user.emailVerifiedAt !== null || autoVerify,
    plan: user.plan,
    effectivePlan: effectivePlan(user, now),
    trialEndsAt: user.trialEndsAt.toISOString(),
    twoFactorEnabled: user.twoFactorAt !== null,
    locale: user.locale,
    timeZone: user.timeZone,
    level: user.level,
    xp: user.xp,
    onboardingCompleted: user.onboardingCompletedAt !== null,
    createdAt: user.createdAt.toISOString(),
  };
}

/** Registration and sign-in. */
export type SignIn = ReturnType<typeof createSignIn>;

/** The ways into an account. */
export function createSignIn(
  context: AccountContext,
  parts: { sessions: Sessions; families: Families },
) {
  const { db, clock, ids, hasher, throttle, audit, options } = context;
  const logins = context.metrics.counter("auth_login_total", "Sign-ins", ["result"]);
  const registrations = context.metrics.counter("auth_registration_total", "Registrations", [
    "result",
  ]);
  const lockouts = context.metrics.counter("auth_account_lockouts_total", "Blocks of sign-in", [
    "step",
  ]);
  /** The last attempts, for the rule on credential stuffing. */
  const outcomes: { at: number; failed: boolean }[] = [];

  /** Makes the credential the client can use, in the transaction of its sign-in. */
  async function enter(
    tx: Tx,
    user: store.UserRow,
    client: Client,
    how: { event: string; isNew?: boolean },
  ): Promise<Entered> {
    const now = clock.now();
    const deviceId = client.deviceId ?? crypto.randomUUID();
    const from = {
      deviceId,
      deviceName: takeCodePoints(client.deviceName ?? "", 100),
      userAgent: takeCodePoints(client.userAgent, 300),
      address: addressKey(client.address),
    };
    const family = client.isApi ? await parts.families.create(tx, user, from) : null;
    const session = family ? null : await parts.sessions.create(tx, user.id, from);
    const made = family ?? session!;
    await trimDevices(tx, user.id);
    await tx`update users set last_sign_in_at = ${now}, inactivity_notice_at = null
      where id = ${user.id}`;
    await noteDevice(tx, user, { ...from, credential: made.id, isApi: client.isApi ?? false });
    await audit.record(tx, {
      category: "authentication",
      event: how.event,
      actor: { kind: "user", id: user.id },
      userId: user.id,
      address: client.address,
      userAgent: client.userAgent,
      details: { kind: family ? "api" : "web" },
    });
    const signedIn: SignedIn = {
      user: userView(user, now, options.autoVerify),
      session: {
        id: made.id,
        kind: family ? "api" : "web",
        expiresAt: made.expiresAt.toISOString(),
        stepUpUntil: new Date(made.provedAt.getTime() + PROOF_MS).toISOString(),
      },
      ...(family ? { tokens: family.tokens } : {}),
    };
    const cookies = session ? [session.setCookie, await context.deviceCookie.set(deviceId)] : [];
    return { signedIn, cookies };
  }

  /** Remembers a device; one that was not seen before is told to the owner (ACC-41). */
  async function noteDevice(
    tx: Tx,
    user: store.UserRow,
    device: {
      deviceId: string;
      deviceName: string;
      userAgent: string;
      address: string;
      credential: string;
      isApi: boolean;
    },
  ): Promise<void> {
    const now = clock.now();
    const name = device.deviceName || deviceName(device.userAgent);
    const [{ known }] = await tx<[{ known: number }]>`
      select count(*)::integer as known from known_devices where user_id = ${user.id}`;
    const [row] = await tx<{ isNew: boolean }[]>`
      insert into known_devices (user_id, device_id, name, first_used_at, last_used_at)
      values (${user.id}, ${device.deviceId}, ${name}, ${now}, ${now})
      on conflict (user_id, device_id) do update set last_used_at = ${now}, name = ${name}
      returning xmax = 0 as is_new`;
    if (!row?.isNew || known === 0 || !options.rules.newDevice) return;
    const token = await issueLink(context, tx, {
      userId: user.id,
      purpose: "end_device",
      lifeMs: 7 * DAY,
      target: `${device.isApi ? "api" : "web"}:${device.credential}`,
      keepOthers: true,
    });
    await context.mails.queue(tx, "new_device", {
      ...addressee(user),
      values: { device: name, time: spoken(now, user), place: truncated(device.address) },
      path: `/end-device?token=${token}`,
    }, { userId: user.id });
  }

  /** Ends the devices beyond twenty that were used the longest ago. */
  async function trimDevices(tx: Tx, userId: string): Promise<void> {
    const now = clock.now();
    await tx`with devices as (
        select id, last_used_at from web_sessions where user_id = ${userId}
        union all
        select id, last_used_at from token_families where user_id = ${userId} and ended_at is null
      ), surplus as (
        select id from devices order by last_used_at desc, id desc offset ${MAX_DEVICES}
      ), sessions as (
        delete from web_sessions where id in (select id from surplus)
      )
      update token_families set ended_at = ${now} where id in (select id from surplus)`;
  }

  const throttleKey = async (text: string) => base64url(await context.throttleKey.mac(text));

  /** Whether the browser that asks signed in to this account before. */
  async function knownDevice(email: string, client: Client): Promise<string | null> {
    const deviceId = client.isApi ? null : client.deviceId ?? null;
    const rows = await db.asSystem(
      "accounts: device",
      (tx) =>
        tx`select 1 from known_devices d join users u on u.id = d.user_id
        where u.email_normalized = ${email} and d.device_id = ${deviceId}::uuid`,
    );
    return rows.length === 1 ? deviceId : null;
  }

  async function failedLogin(
    user: store.UserRow | null,
    client: Client,
    lockedUntil: Date | null,
  ): Promise<void> {
    logins.add(1, { result: "failure" });
    await watchForStuffing(true);
    if (lockedUntil) lockouts.add(1, { step: "password" });
    await db.asSystem("accounts: login failed", async (tx) => {
      if (user && lockedUntil) {
        await context.mails.queue(tx, "login_locked", {
          ...addressee(user),
          values: { time: spoken(clock.now(), user), place: truncated(client.address) },
          path: "/forgot-password",
        }, {
          userId: user.id,
          // The first lock of a day is told, not every one (ACC-27).
          key: `login_locked:${user.id}:${clock.now().toISOString().slice(0, 10)}`,
        });
      }
      await audit.record(tx, {
        category: "authentication",
        event: lockedUntil ? "login_locked" : "login_failed",
        severity: lockedUntil ? "medium" : "low",
        result: "refused",
        actor: { kind: "anonymous" },
        userId: user?.id ?? null,
        address: client.address,
        userAgent: client.userAgent,
        ...(lockedUntil ? { response: `Refused until ${lockedUntil.toISOString()}` } : {}),
      });
    });
    context.outbox.wake();
  }

  /** More than 100 failures a minute, or 5 % of at least 200 attempts in ten (ACC-124). */
  async function watchForStuffing(failed: boolean): Promise<void> {
    if (!options.rules.credentialStuffing) return;
    const now = clock.now().getTime();
    outcomes.push({ at: now, failed });
    while (outcomes.length > 0 && outcomes[0]!.at <= now - 10 * MINUTE) outcomes.shift();
    if (outcomes.length > 20_000) outcomes.shift();
    if (!failed || !isStuffing(outcomes, now)) return;
    const minute = new Date(now).toISOString().slice(0, 15);
    if (minute === lastAlarm) return;
    lastAlarm = minute;
    context.log.error("login.stuffing", "Far more sign-ins fail than usual", {
      attempts: outcomes.length,
    });
    await audit.note({
      category: "security",
      event: "credential_stuffing",
      severity: "high",
      actor: { kind: "system" },
      response: "Alert",
      details: { attempts: outcomes.length },
    });
  }
  let lastAlarm = "";

  return {
    enter,

    /**
     * Makes an account and signs it in. Null where registration must not tell whether the address
     * was known (`REGISTRATION_ENUMERATION=deny`).
     *
     * @throws Problem 403, 409 `email_taken`, 400 for a password that is refused
     */
    async register(registration: Registration, client: Client): Promise<Entered | null> {
      if (options.registration.mode === "closed") {
        throw new Problem(
          "forbidden",
          403,
          "Registration is closed",
          "Ask the operator for an account",
        );
      }
      const emailNormalized = normalizeEmail(registration.email)!;
      const email = registration.email.trim().normalize("NFC");
      const displayName = registration.displayName ??
        takeCodePoints(email.split("@")[0]!, 100);
      checkPassword(registration.password, {
        email: emailNormalized,
        displayName,
        path: "password",
      });
      const passwordHash = await hasher.hash(registration.password);
      const now = clock.now();
      const id = ids();
      const deny = options.registration.enumeration === "deny";
      const made = await db.asSystem("accounts: register", async (tx) => {
        const inserted = await store.insertUser(tx, {
          id,
          email,
          emailNormalized,
          displayName,
          passwordHash,
          locale: client.locale ?? "en",
          trialEndsAt: trialEnd(now),
          termsVersion: TERMS_VERSION,
          at: now,
        });
        if (!inserted) {
          if (deny) await tellHolder(tx, emailNormalized);
          return null;
        }
        await options.onRegister?.(tx, { id, email });
        const user = (await store.findUser(tx, id))!;
        await sendVerification(context, tx, user);
        if (!deny) return await enter(tx, user, client, { event: "register", isNew: true });
        await audit.record(tx, {
          category: "authentication",
          event: "register",
          actor: { kind: "user", id },
          userId: id,
          address: client.address,
        });
        return "quiet" as const;
      });
      context.outbox.wake();
      registrations.add(1, { result: made ? "created" : "taken" });
      if (!made && !deny) throw emailTaken();
      return made === "quiet" ? null : made;
    },

    /**
     * Signs in with a password; with a second factor active, yields a challenge instead.
     *
     * @throws Problem 401 `credentials_invalid` (the same for unknown accounts), 429
     *   `login_throttled`
     */
    async login(login: Login, client: Client): Promise<Entered | Challenge> {
      const email = normalizeEmail(login.email) ??
        takeCodePoints(login.email.trim().toLowerCase(), 300);
      const device = await knownDevice(email, client);
      const attempt = await throttle.begin({
        account: await throttleKey(email),
        network: await throttleKey(addressKey(client.address)),
        ...(device ? { device } : {}),
      });
      try {
        const user = await db.asSystem("accounts: login", (tx) => store.findLogin(tx, email));
        const right = user
          ? await hasher.verify(login.password, user.passwordHash)
          : (await hasher.dummy(login.password), false);
        if (!user || !right) {
          await failedLogin(user, client, await attempt.failed());
          throw wrongCredentials();
        }
        await attempt.succeeded();
        await watchForStuffing(false);
        const rehash = needsRehash(user.passwordHash) ? await hasher.hash(login.password) : null;
        const entered = await db.asSystem("accounts: login", async (tx) => {
          if (rehash) await store.setPasswordHash(tx, user.id, rehash);
          if (user.twoFactorAt) return await challenge(tx, user);
          return await enter(tx, user, client, { event: "login_ok" });
        });
        context.outbox.wake();
        logins.add(1, { result: "twoFactorRequired" in entered ? "second_factor" : "success" });
        return entered;
      } finally {
        await attempt.abandoned();
      }
    },

    /** Forgets failed sign-ins of an account (a reset, an administrator's help). */
    async clearThrottle(emailNormalized: string): Promise<void> {
      await throttle.clear(await throttleKey(emailNormalized));
    },

    /** Counts an attempt to prove a password, as sign-in does. @throws Problem 429 */
    async guarded(
      user: { emailNormalized: string },
      client: Client,
      check: () => Promise<boolean>,
    ): Promise<boolean> {
      const device = await knownDevice(user.emailNormalized, client);
      const attempt = await throttle.begin({
        account: await throttleKey(user.emailNormalized),
        network: await throttleKey(addressKey(client.address)),
        ...(device ? { device } : {}),
      });
      try {
        const right = await check();
        if (right) await attempt.succeeded();
        else await attempt.failed();
        return right;
      } finally {
        await attempt.abandoned();
      }
    },
  };

  async function challenge(tx: Tx, user: store.UserRow): Promise<Challenge> {
    const now = clock.now();
    const id = crypto.randomUUID();
    const expiresAt = new Date(now.getTime() + CHALLENGE_MS);
    await tx`insert into login_challenges (id, user_id, created_at, expires_at)
      values (${id}, ${user.id}, ${now}, ${expiresAt})`;
    return {
      twoFactorRequired: true,
      challengeId: id,
      methods: ["totp", "backup_code"],
      expiresAt: expiresAt.toISOString(),
    };
  }

  async function tellHolder(tx: Tx, emailNormalized: string): Promise<void> {
    const holder = await store.findLogin(tx, emailNormalized);
    if (!holder) return;
    await context.mails.queue(tx, "account_exists", {
      to: holder.email,
      name: holder.displayName,
      locale: holder.locale,
      path: "/login",
    }, { userId: holder.id });
  }
}

/** Whether sign-ins of the last ten minutes look like a list being tried. */
export function isStuffing(
  outcomes: readonly { at: number; failed: boolean }[],
  now: number,
): boolean {
  const lastMinute = outcomes.filter((one) => one.failed && one.at > now - MINUTE).length;
  const failed = outcomes.filter((one) => one.failed).length;
  return lastMinute > 100 || (outcomes.length >= 200 && failed / outcomes.length > 0.05);
}

/** Queues the mail that confirms an address, and voids the links before it. */
export async function sendVerification(
  context: AccountContext,
  tx: Tx,
  user: store.UserRow,
): Promise<void> {
  const token = await issueLink(context, tx, {
    userId: user.id,
    purpose: "verify_email",
    lifeMs: DAY,
  });
  await context.mails.queue(tx, "verify_email", {
    ...addressee(user),
    values: { hours: "24" },
    path: `/verify-email?token=${token}`,
  }, { userId: user.id });
}

/** 409 `email_taken`. */
export function emailTaken(): Problem {
  return new Problem(
    "email_taken",
    409,
    "This e-mail has an account",
    "Sign in instead, or use another address",
  );
}
