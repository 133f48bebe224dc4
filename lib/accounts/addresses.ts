import { sqlState, type Tx } from "@/lib/platform/database/mod.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { conflict, validationFailed } from "@/lib/platform/problem.ts";
import { type AccountContext, DAY, HOUR, linkInvalid, spoken } from "./context.ts";
import { normalizeEmail } from "./email.ts";
import { findLink, isOpen, issueLink, type LinkRow, spendLink, voidLinks } from "./links.ts";
import { emailTaken, sendVerification } from "./sign_in.ts";
import * as store from "./store.ts";

const UNDO_MS = 72 * HOUR;

/** Confirming and changing addresses. */
export type Addresses = ReturnType<typeof createAddresses>;

/** E-mail addresses of accounts. */
export function createAddresses(context: AccountContext) {
  const { db, clock, audit } = context;

  async function verify(tx: Tx, link: LinkRow): Promise<void> {
    const now = clock.now();
    await spendLink(tx, link, now);
    await tx`update users set email_verified_at = coalesce(email_verified_at, ${now}),
      email_bounced_at = null, updated_at = ${now} where id = ${link.userId}`;
    await audit.record(tx, {
      category: "security",
      event: "email_verified",
      actor: { kind: "user", id: link.userId },
      userId: link.userId,
    });
  }

  /** Makes the address of a link the account's; "taken" when somebody was faster. */
  async function setAddress(
    tx: Tx,
    link: LinkRow,
    event: string,
  ): Promise<store.UserRow | "taken"> {
    const now = clock.now();
    const email = link.target!;
    const normalized = normalizeEmail(email)!;
    const former = (await store.lockUser(tx, link.userId))!;
    const other = await tx`select 1 from users
      where email_normalized = ${normalized} and id <> ${link.userId}`;
    if (other.length > 0) return "taken";
    await spendLink(tx, link, now);
    await tx`update users set email = ${email}, email_normalized = ${normalized},
      email_verified_at = ${now}, email_bounced_at = null, updated_at = ${now}
      where id = ${link.userId}`;
    // A link that went to the former mailbox opens the account no more.
    await voidLinks(tx, link.userId, { purposes: ["reset_password", "verify_email"], at: now });
    if (event === "email_changed") {
      const token = await issueLink(context, tx, {
        userId: former.id,
        purpose: "email_undo",
        lifeMs: UNDO_MS,
        target: former.email,
        // A second change must not take the way back from the owner of the first address.
        keepOthers: true,
      });
      await context.mails.queue(tx, "email_changed", {
        to: former.email,
        name: former.displayName,
        locale: former.locale,
        values: { email, hours: "72", time: spoken(now, former) },
        path: `/undo-email?token=${token}`,
      }, { userId: former.id });
    }
    await audit.record(tx, {
      category: "security",
      event,
      severity: "medium",
      actor: { kind: "user", id: former.id },
      userId: former.id,
    });
    return former;
  }

  return {
    /**
     * Confirms the address of a link, or makes a new address the account's. A used link stays good
     * for the answer that it was used, until it expires.
     *
     * @throws Problem 400 `link_invalid`, 409 `email_taken`
     */
    async confirm(token: string): Promise<{ alreadyVerified: boolean }> {
      const result = await unlessTaken(db.asSystem("accounts: verify", async (tx) => {
        const link = await findLink(tx, token, ["verify_email", "email_change"]);
        const now = clock.now();
        if (!link || link.expiresAt <= now || link.voidedAt) return "invalid" as const;
        if (link.usedAt) return { userId: link.userId, alreadyVerified: true };
        if (link.purpose === "verify_email") await verify(tx, link);
        else if (await setAddress(tx, link, "email_changed") === "taken") return "taken" as const;
        return { userId: link.userId, alreadyVerified: false };
      }));
      if (result === "invalid") throw linkInvalid();
      if (result === "taken") throw emailTaken();
      context.cache.forgetUser(result.userId);
      context.outbox.wake();
      return { alreadyVerified: result.alreadyVerified };
    },

    /** Sends the confirmation again; nothing for an address that is confirmed. */
    async resend(principal: Principal): Promise<void> {
      await db.asSystem("accounts: resend", async (tx) => {
        const user = await store.lockUser(tx, principal.userId);
        if (user && !user.emailVerifiedAt) await sendVerification(context, tx, user);
      });
      context.outbox.wake();
    },

    /**
     * Asks for another address; it counts once its link was used.
     *
     * @throws Problem 400, 409 `email_taken`
     */
    async requestChange(principal: Principal, typed: string): Promise<void> {
      const normalized = normalizeEmail(typed);
      if (!normalized) {
        throw validationFailed([{
          path: "email",
          code: "email",
          message: "This is not an e-mail address",
        }]);
      }
      const email = typed.trim().normalize("NFC");
      const deny = context.options.registration.enumeration === "deny";
      const taken = await db.asSystem("accounts: email change", async (tx) => {
        const user = (await store.lockUser(tx, principal.userId))!;
        if (user.emailNormalized === normalized) {
          throw conflict("This is your address already");
        }
        const other = await store.findLogin(tx, normalized);
        if (other) return true;
        const token = await issueLink(context, tx, {
          userId: user.id,
          purpose: "email_change",
          lifeMs: DAY,
          target: email,
        });
        await context.mails.queue(tx, "email_change", {
          to: email,
          name: user.displayName,
          locale: user.locale,
          values: { email, hours: "24" },
          path: `/verify-email?token=${token}`,
        }, { userId: user.id });
        await audit.record(tx, {
          category: "security",
          event: "email_change_requested",
          severity: "medium",
          actor: { kind: "user", id: user.id },
          userId: user.id,
        });
        return false;
      });
      if (taken && !deny) throw emailTaken();
      context.outbox.wake();
    },

    /** Takes a change of address back, from the former address; every sign-in ends. */
    async undoChange(token: string): Promise<void> {
      const result = await unlessTaken(db.asSystem("accounts: email undo", async (tx) => {
        const link = await findLink(tx, token, ["email_undo"]);
        if (!link || !isOpen(link, clock.now())) return null;
        const done = await setAddress(tx, link, "email_change_undone");
        if (done === "taken") return null;
        const at = clock.now();
        await store.endAll(tx, link.userId, { at });
        // Changes that came later are taken back with it, whoever holds their links.
        await tx`update account_links set voided_at = ${at}
          where user_id = ${link.userId} and used_at is null and voided_at is null
            and (purpose = 'email_change'
              or (purpose = 'email_undo' and created_at >= ${link.createdAt}))`;
        return link.userId;
      }));
      if (!result || result === "taken") throw linkInvalid();
      context.cache.forgetUser(result);
    },
  };
}

/**
 * "taken" where the index of addresses refused one: two accounts took it at the same moment, and
 * neither saw the other when it looked. Nothing was changed then, the link not spent.
 */
async function unlessTaken<Result>(change: Promise<Result>): Promise<Result | "taken"> {
  try {
    return await change;
  } catch (error) {
    if (sqlState(error) === "23505") return "taken";
    throw error;
  }
}
