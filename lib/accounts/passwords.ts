import { say } from "@/lib/ui/say.ts";
import { mailText } from "@/lib/ui/text/mails.ts";
import { base64url } from "@/lib/platform/crypto.ts";
import type { Job } from "@/lib/platform/outbox.ts";
import { validationFailed } from "@/lib/platform/problem.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import {
  type AccountContext,
  addressee,
  linkInvalid,
  MINUTE,
  spoken,
  wrongCredentials,
} from "./context.ts";
import { deviceName } from "./device_name.ts";
import { normalizeEmail } from "./email.ts";
import { findLink, isOpen, issueLink, type LinkPurpose, spendLink, voidLinks } from "./links.ts";
import { standingOf } from "./principals.ts";
import { checkPassword, type Client, type SignIn } from "./sign_in.ts";
import * as store from "./store.ts";
import type { TwoFactor } from "./two_factor.ts";

/** Kind of the job that looks whether an address has an account, away from the answer. */
export const RESET_JOB = "accounts.reset";
const RESET_MS = 60 * MINUTE;
/**
 * Links that a new password makes worthless: whoever had the former one may have asked for them, and
 * would come back through them.
 */
const VOIDED: readonly LinkPurpose[] = ["reset_password", "email_change"];

/** Changing and resetting passwords. */
export type Passwords = ReturnType<typeof createPasswords>;

/** Passwords of accounts. */
export function createPasswords(
  context: AccountContext,
  parts: { signIn: SignIn; twoFactor: TwoFactor },
) {
  const { db, clock, hasher, audit } = context;
  const resets = context.metrics.counter("auth_password_reset_total", "Resets", ["result"]);

  return {
    /**
     * Sets a new password for somebody who knows the present one; all other sign-ins end.
     *
     * @throws Problem 401 `credentials_invalid`, 429 `login_throttled`, 400 `validation_failed`
     */
    async change(
      principal: Principal,
      form: { current: string; next: string },
      client: Client,
    ): Promise<void> {
      const user = await db.asSystem(
        "accounts: password",
        (tx) => store.findSecret(tx, principal.userId),
      );
      if (!user) throw wrongCredentials();
      const right = await parts.signIn.guarded(
        user,
        client,
        () => hasher.verify(form.current, user.passwordHash),
      );
      if (!right) throw wrongCredentials();
      if (form.next === form.current) {
        throw validationFailed([{
          path: "next",
          code: "same",
          message: "Choose a password that differs from the present one",
        }]);
      }
      checkPassword(form.next, {
        email: user.emailNormalized,
        displayName: user.displayName,
        path: "next",
      });
      const hash = await hasher.hash(form.next);
      await db.asSystem("accounts: password", async (tx) => {
        const now = clock.now();
        await tx`select 1 from users where id = ${user.id} for update`;
        await store.setPasswordHash(tx, user.id, hash);
        await store.endAll(tx, user.id, { at: now, except: principal.sessionId });
        await voidLinks(tx, user.id, { purposes: VOIDED, at: now });
        await context.mails.queue(tx, "password_changed", {
          ...addressee(user),
          values: { time: spoken(now, user), device: deviceName(client.userAgent) },
          path: "/settings/history",
        }, { userId: user.id });
        await audit.record(tx, {
          category: "security",
          event: "password_changed",
          severity: "medium",
          actor: { kind: "user", id: user.id },
          userId: user.id,
          address: client.address,
          userAgent: client.userAgent,
        });
      });
      context.cache.forgetUser(user.id);
      context.outbox.wake();
    },

    /** Takes a request for a reset. The same work for every address, known or not. */
    async requestReset(typed: string): Promise<void> {
      const email = normalizeEmail(typed) ?? "";
      const sealed = base64url(await context.seal.seal(email));
      await db.asSystem("accounts: reset asked", (tx) =>
        context.outbox.add(tx, {
          kind: RESET_JOB,
          key: `reset:${context.ids()}`,
          payload: { sealed },
        }));
      context.outbox.wake();
    },

    /** The handler of {@link RESET_JOB}. */
    async sendReset(job: Job): Promise<void> {
      const { sealed } = job.payload as { sealed: string };
      const bytes = Uint8Array.fromBase64(sealed, { alphabet: "base64url" });
      const email = await context.seal.open(bytes);
      await db.asSystem("accounts: reset asked", async (tx) => {
        const user = email ? await store.findLogin(tx, email) : null;
        if (!user || standingOf(user, clock.now()) !== "active") {
          resets.add(1, { result: "nobody" });
          return;
        }
        const token = await issueLink(context, tx, {
          userId: user.id,
          purpose: "reset_password",
          lifeMs: RESET_MS,
        });
        await context.mails.queue(tx, "reset_password", {
          ...addressee(user),
          values: { minutes: "60" },
          path: `/reset-password?token=${token}`,
        }, { userId: user.id, key: `reset_password:${job.id}` });
        await audit.record(tx, {
          category: "security",
          event: "reset_requested",
          actor: { kind: "anonymous" },
          userId: user.id,
        });
        resets.add(1, { result: "sent" });
      });
      context.outbox.wake();
    },

    /** What the page of a reset has to ask for; changes nothing. */
    async resetState(token: string): Promise<{ open: boolean; needsCode: boolean }> {
      return await db.asSystem("accounts: reset page", async (tx) => {
        const link = await findLink(tx, token, ["reset_password"]);
        const user = link && await store.findUser(tx, link.userId);
        if (!link || !user || !isOpen(link, clock.now())) return { open: false, needsCode: false };
        return { open: true, needsCode: user.twoFactorAt !== null };
      });
    },

    /**
     * Sets a new password with the secret of a link. Every sign-in ends, keys go on and are named
     * in the notice.
     *
     * @throws Problem 400 `link_invalid`, `validation_failed`; 401 `credentials_invalid`; 429
     */
    async reset(
      form: { token: string; password: string; code?: string | undefined },
      client: Client,
    ): Promise<void> {
      const user = await db.asSystem("accounts: reset", async (tx) => {
        const link = await findLink(tx, form.token, ["reset_password"]);
        return link && isOpen(link, clock.now()) ? await store.findUser(tx, link.userId) : null;
      });
      if (!user || standingOf(user, clock.now()) !== "active") throw linkInvalid();
      checkPassword(form.password, {
        email: user.emailNormalized,
        displayName: user.displayName,
        path: "password",
      });
      if (user.twoFactorAt && !form.code) {
        throw validationFailed([{
          path: "code",
          code: "two_factor_required",
          message: "Add a code of your second step, or a backup code",
        }]);
      }
      const hash = await hasher.hash(form.password);
      const result = await db.asSystem("accounts: reset", async (tx) => {
        const link = await findLink(tx, form.token, ["reset_password"]);
        if (!link || !isOpen(link, clock.now())) return "used" as const;
        const locked = (await store.lockUser(tx, user.id))!;
        if (locked.twoFactorAt) {
          const check = await parts.twoFactor.checkCode(tx, user.id, form.code ?? "");
          if (check !== "right") return { check };
        }
        const now = clock.now();
        await spendLink(tx, link, now);
        await store.setPasswordHash(tx, user.id, hash);
        await tx`update users set email_verified_at = coalesce(email_verified_at, ${now}),
          email_bounced_at = null, updated_at = ${now} where id = ${user.id}`;
        await store.endAll(tx, user.id, { at: now });
        await voidLinks(tx, user.id, { purposes: VOIDED, at: now });
        const keys = await tx<{ name: string }[]>`
          select name from api_keys
          where user_id = ${user.id} and revoked_at is null and expires_at > ${now} order by name`;
        await context.mails.queue(tx, "password_reset_done", {
          ...addressee(user),
          values: {
            time: spoken(now, user),
            keys: keysLeft(keys.map(({ name }) => name), user.locale),
          },
          path: "/settings/history",
        }, { userId: user.id });
        await audit.record(tx, {
          category: "security",
          event: "password_reset",
          severity: "medium",
          actor: { kind: "user", id: user.id },
          userId: user.id,
          address: client.address,
          userAgent: client.userAgent,
        });
        return "done" as const;
      });
      if (result === "used") throw linkInvalid();
      if (typeof result === "object") parts.twoFactor.refuse(result.check);
      resets.add(1, { result: "done" });
      await parts.signIn.clearThrottle(user.emailNormalized);
      context.cache.forgetUser(user.id);
      context.outbox.wake();
    },
  };
}

/** What the notice of a reset says of the keys that go on. */
function keysLeft(names: string[], locale: string): string {
  const text = mailText(locale);
  return names.length === 0
    ? text.keysNone
    : say(text.keysSome, { names: names.join(", ") }, locale);
}
