import type { Tx } from "@/lib/platform/database/mod.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import { conflict, Problem } from "@/lib/platform/problem.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import {
  type AccountContext,
  addressee,
  MINUTE,
  spoken,
  tokenProblem,
  wrongCredentials,
} from "./context.ts";
import type { MailKind } from "./mails.ts";
import type { Client, Entered, SignIn } from "./sign_in.ts";
import { stopRecovery } from "./recovery.ts";
import * as store from "./store.ts";
import { base32, matchingStep, otpauthUrl } from "./totp.ts";

/** Letters and digits that are not mistaken for one another. */
const CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_COUNT = 10;
const CODE_LENGTH = 8;
/** Wrong codes that lock the step, and for how long. */
const LOCK = { failures: 5, window: 15 * MINUTE, block: 15 * MINUTE };

/** What a check of a code came to. */
type CodeCheck = "right" | "wrong" | { lockedUntil: Date };

/** Second factors of accounts. */
export type TwoFactor = ReturnType<typeof createTwoFactor>;

/** TOTP and backup codes. */
export function createTwoFactor(
  context: AccountContext,
  parts: { signIn: SignIn; codeKey: PurposeKey },
) {
  const { db, clock, audit } = context;
  const lockouts = context.metrics.counter("auth_account_lockouts_total", "Blocks of sign-in", [
    "step",
  ]);
  const hashOf = (userId: string, code: string) => parts.codeKey.mac(`${userId}:${code}`);
  const hashesOf = (userId: string, code: string) => parts.codeKey.macs(`${userId}:${code}`);

  async function newCodes(tx: Tx, userId: string): Promise<string[]> {
    await tx`delete from backup_codes where user_id = ${userId}`;
    const codes: string[] = [];
    while (codes.length < CODE_COUNT) {
      const bytes = context.random(CODE_LENGTH);
      const code = [...bytes].map((byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length]).join("");
      if (!codes.includes(code)) codes.push(code);
    }
    for (const code of codes) {
      await tx`insert into backup_codes (user_id, code_hash, created_at)
        values (${userId}, ${await hashOf(userId, code)}, ${clock.now()})`;
    }
    return codes;
  }

  /** Whether a code is the app's or one of the backup codes; either is used up by it. */
  async function spendCode(tx: Tx, userId: string, typed: string): Promise<boolean> {
    const code = typed.replace(/[\s-]/g, "").toUpperCase();
    const now = clock.now();
    if (/^\d{6}$/.test(code)) {
      const [factor] = await tx<{ id: string; secret: Uint8Array; lastStep: number | null }[]>`
        select id, secret, last_step from second_factors
        where user_id = ${userId} and kind = 'totp' and confirmed_at is not null for update`;
      const secret = factor && await context.seal.open(factor.secret);
      if (!factor || secret === null || secret === undefined) return false;
      const bytes = Uint8Array.fromHex(secret);
      const step = matchingStep(bytes, code, { at: now, lastStep: factor.lastStep });
      if (step === null) return false;
      await tx`update second_factors set last_step = ${step}, last_used_at = ${now}
        where id = ${factor.id}`;
      return true;
    }
    if (code.length !== CODE_LENGTH) return false;
    const used = await tx`
      update backup_codes set used_at = ${now}
      where user_id = ${userId} and code_hash in ${tx(await hashesOf(userId, code))}
        and used_at is null
      returning 1`;
    return used.length === 1;
  }

  /** Checks a code and counts the wrong ones; the caller's transaction must be kept either way. */
  async function checkCode(tx: Tx, userId: string, code: string): Promise<CodeCheck> {
    const now = clock.now();
    await tx`insert into two_factor_failures (user_id, window_from) values (${userId}, ${now})
      on conflict (user_id) do nothing`;
    const [state] = await tx<{ failures: number; windowFrom: Date; lockedUntil: Date | null }[]>`
      select failures, window_from, locked_until from two_factor_failures
      where user_id = ${userId} for update`;
    if (state!.lockedUntil && state!.lockedUntil > now) return { lockedUntil: state!.lockedUntil };
    if (await spendCode(tx, userId, code)) {
      await tx`update two_factor_failures set failures = 0, locked_until = null
        where user_id = ${userId}`;
      return "right";
    }
    const within = now.getTime() - state!.windowFrom.getTime() < LOCK.window;
    const failures = within && !state!.lockedUntil ? state!.failures + 1 : 1;
    const lockedUntil = failures >= LOCK.failures ? new Date(now.getTime() + LOCK.block) : null;
    await tx`update two_factor_failures set failures = ${failures}, locked_until = ${lockedUntil},
        window_from = ${failures === 1 ? now : state!.windowFrom}
      where user_id = ${userId}`;
    if (lockedUntil) lockouts.add(1, { step: "second_factor" });
    return "wrong";
  }

  /** Throws what a wrong code deserves. @throws Problem 401, 429 */
  function refuse(check: Exclude<CodeCheck, "right">): never {
    if (check === "wrong") {
      throw new Problem(
        "credentials_invalid",
        401,
        "Sign-in failed",
        "The code is not right, or was used already",
      );
    }
    const seconds = Math.ceil((check.lockedUntil.getTime() - clock.now().getTime()) / 1000);
    throw new Problem(
      "login_throttled",
      429,
      "Too many attempts",
      "Too many wrong codes. Wait until the time given",
      { resetsAt: check.lockedUntil.toISOString(), retryAfterSeconds: Math.max(1, seconds) },
    );
  }

  /** Notes and tells a change of the second step, and ends the other sign-ins (ACC-69). */
  async function changed(
    tx: Tx,
    user: store.UserRow,
    principal: Principal,
    kind: Extract<MailKind, "two_factor_on" | "two_factor_off" | "backup_codes_new">,
  ): Promise<void> {
    await store.endAll(tx, user.id, { at: clock.now(), except: principal.sessionId });
    await context.mails.queue(tx, kind, {
      ...addressee(user),
      values: { time: spoken(clock.now(), user) },
      path: "/settings/security",
    }, { userId: user.id });
    await audit.record(tx, {
      category: "security",
      event: kind,
      severity: "medium",
      actor: { kind: "user", id: user.id },
      userId: user.id,
    });
  }

  function afterChange(userId: string): void {
    context.cache.forgetUser(userId);
    context.outbox.wake();
  }

  return {
    checkCode,
    refuse,

    /**
     * The second step of signing in.
     *
     * @throws Problem 401 `credentials_invalid`, `token_invalid`, `token_expired`; 429
     */
    async verify(
      challenge: { challengeId: string; code: string },
      client: Client,
    ): Promise<Entered> {
      const now = clock.now();
      const result = await db.asSystem("accounts: second factor", async (tx) => {
        const [whose] = await tx<{ userId: string }[]>`
          select user_id from login_challenges where id = ${challenge.challengeId}`;
        if (whose) await store.holdUser(tx, whose.userId);
        const [row] = await tx<{ userId: string; expiresAt: Date; usedAt: Date | null }[]>`
          select user_id, expires_at, used_at from login_challenges
          where id = ${challenge.challengeId} for update`;
        if (!row) return "token_invalid" as const;
        if (row.usedAt || row.expiresAt <= now) return "token_expired" as const;
        const check = await checkCode(tx, row.userId, challenge.code);
        if (check !== "right") {
          await audit.record(tx, {
            category: "authentication",
            event: check === "wrong" ? "second_factor_failed" : "second_factor_locked",
            severity: "medium",
            result: "refused",
            actor: { kind: "anonymous" },
            userId: row.userId,
            address: client.address,
            userAgent: client.userAgent,
          });
          return { check };
        }
        await tx`update login_challenges set used_at = ${now} where id = ${challenge.challengeId}`;
        const user = (await store.findUser(tx, row.userId))!;
        const entered = await parts.signIn.enter(tx, user, client, { event: "login_ok" });
        // Whoever has a code needs nobody to remove the second step.
        await stopRecovery(context, tx, user.id, { kind: "user", id: user.id });
        return entered;
      });
      if (typeof result === "string") throw tokenProblem(result);
      if ("check" in result) refuse(result.check);
      context.outbox.wake();
      return result;
    },

    /** Begins: a secret for the app, worth nothing before one code of it was right. */
    async setUp(principal: Principal): Promise<{ secret: string; otpauthUrl: string }> {
      if (principal.twoFactor) throw conflict("Two-step sign-in is on already; turn it off first");
      const secret = context.random(20);
      const sealed = await context.seal.seal(secret.toHex());
      await db.asSystem("accounts: second factor", async (tx) => {
        await tx`delete from second_factors
          where user_id = ${principal.userId} and confirmed_at is null`;
        await tx`insert into second_factors (id, user_id, kind, secret, created_at)
          values (${context.ids()}, ${principal.userId}, 'totp', ${sealed}, ${clock.now()})`;
      });
      return {
        secret: base32(secret),
        otpauthUrl: otpauthUrl(secret, { issuer: "NovaCoreAI", email: principal.email }),
      };
    },

    /** Turns the second step on with one right code; returns the backup codes, for this once. */
    async enable(principal: Principal, code: string): Promise<string[]> {
      const result = await db.asSystem("accounts: second factor", async (tx) => {
        const user = (await store.lockUser(tx, principal.userId))!;
        const [factor] = await tx<{ id: string; secret: Uint8Array }[]>`
          select id, secret from second_factors
          where user_id = ${user.id} and confirmed_at is null order by created_at desc limit 1`;
        if (!factor || user.twoFactorAt) return null;
        const secret = Uint8Array.fromHex((await context.seal.open(factor.secret))!);
        const now = clock.now();
        const step = matchingStep(secret, code.replace(/\s/g, ""), { at: now, lastStep: null });
        if (step === null) return "wrong" as const;
        await tx`update second_factors set confirmed_at = ${now}, last_step = ${step}
          where id = ${factor.id}`;
        await tx`update users set two_factor_at = ${now}, updated_at = ${now} where id = ${user.id}`;
        const codes = await newCodes(tx, user.id);
        await changed(tx, user, principal, "two_factor_on");
        return codes;
      });
      if (result === null) throw conflict("Begin with the set-up of two-step sign-in");
      if (result === "wrong") refuse("wrong");
      afterChange(principal.userId);
      return result;
    },

    /** Turns the second step off. */
    async disable(principal: Principal): Promise<void> {
      await db.asSystem("accounts: second factor", async (tx) => {
        const user = (await store.lockUser(tx, principal.userId))!;
        if (!user.twoFactorAt) throw conflict("Two-step sign-in is off already");
        await store.removeFactors(tx, user.id, clock.now());
        await changed(tx, user, principal, "two_factor_off");
      });
      afterChange(principal.userId);
    },

    /** Ten new backup codes; the former ones no longer work. */
    async newBackupCodes(principal: Principal): Promise<string[]> {
      const codes = await db.asSystem("accounts: second factor", async (tx) => {
        const user = (await store.lockUser(tx, principal.userId))!;
        if (!user.twoFactorAt) throw conflict("Turn two-step sign-in on first");
        const codes = await newCodes(tx, user.id);
        await changed(tx, user, principal, "backup_codes_new");
        return codes;
      });
      afterChange(principal.userId);
      return codes;
    },

    /** How many backup codes are left, of how many. */
    codesLeft(userId: string): Promise<{ left: number; of: number }> {
      return db.asUser(userId, async (tx) => {
        const [row] = await tx<{ left: number; of: number }[]>`
          select count(*) filter (where used_at is null)::integer as left, count(*)::integer as of
          from backup_codes where user_id = ${userId}`;
        return row!;
      });
    },

    /**
     * Proves once more who is there: with the code where a second factor is on, else with the
     * password. The session gets a new value.
     *
     * @throws Problem 401 `credentials_invalid`, 429 `login_throttled`
     */
    async stepUp(
      principal: Principal,
      proof: { password?: string | undefined; code?: string | undefined },
      client: Client,
      prove: (tx: Tx, id: string) => Promise<string | null>,
    ): Promise<{ provedAt: Date; setCookie: string | null }> {
      const user = await db.asSystem(
        "accounts: step up",
        (tx) => store.findSecret(tx, principal.userId),
      );
      if (!user) throw wrongCredentials();
      if (proof.password !== undefined || !principal.twoFactor) {
        const password = proof.password ?? "";
        const right = await parts.signIn.guarded(
          user,
          client,
          () => context.hasher.verify(password, user.passwordHash),
        );
        if (!right) throw wrongCredentials();
      }
      const check = principal.twoFactor
        ? await db.asSystem("accounts: step up", (tx) => checkCode(tx, user.id, proof.code ?? ""))
        : "right";
      if (check !== "right") refuse(check);
      const provedAt = clock.now();
      const setCookie = await db.asSystem("accounts: step up", async (tx) => {
        await store.holdUser(tx, user.id);
        const cookie = principal.kind === "web" ? await prove(tx, principal.sessionId) : null;
        if (principal.kind === "api") {
          await tx`update token_families set proved_at = ${provedAt}
            where id = ${principal.sessionId}`;
        }
        await audit.record(tx, {
          category: "authentication",
          event: "step_up",
          actor: { kind: "user", id: user.id },
          userId: user.id,
          address: client.address,
        });
        return cookie;
      });
      context.cache.forget(principal.sessionId);
      return { provedAt, setCookie };
    },
  };
}
