import type { Tx } from "@/lib/platform/database/mod.ts";
import { conflict, notFound } from "@/lib/platform/problem.ts";
import type { AuditActor } from "./audit.ts";
import { type AccountContext, addressee, HOUR, spoken } from "./context.ts";
import { normalizeEmail } from "./email.ts";
import * as store from "./store.ts";

/** Between the first mail and the removal, so that an owner who was not asked can stop it. */
const DELAY_HOURS = 48;

/** Getting back into an account whose second step is lost. */
export type Recovery = ReturnType<typeof createRecovery>;

/**
 * Removes a second step whose owner has lost the app and the backup codes (ACC-62): an administrator
 * starts it, the owner is told, and 48 hours later it is done. Whoever signs in with a code in the
 * meantime has not lost it, and ends the procedure by that.
 */
export function createRecovery(context: AccountContext) {
  const { db, clock, audit } = context;

  async function begin(tx: Tx, user: store.UserRow | null, actor: AuditActor): Promise<Date> {
    if (!user) throw notFound();
    if (!user.twoFactorAt) throw conflict("This account has no second step to remove");
    const [{ due }] = await tx<[{ due: Date | null }]>`
      select recovery_due_at as due from users where id = ${user.id}`;
    if (due) throw conflict(`This was started already and ends at ${due.toISOString()}`);
    const dueAt = new Date(clock.now().getTime() + DELAY_HOURS * HOUR);
    await tx`update users set recovery_due_at = ${dueAt} where id = ${user.id}`;
    await context.mails.queue(tx, "recovery_started", {
      ...addressee(user),
      values: { hours: String(DELAY_HOURS), time: spoken(dueAt, user) },
      path: "/login",
    }, { userId: user.id });
    await audit.record(tx, {
      category: "security",
      event: "recovery_started",
      severity: "high",
      actor,
      userId: user.id,
      details: { due: dueAt.toISOString() },
    });
    return dueAt;
  }

  return {
    /** Starts by an administrator. @throws Problem 404, 409 without a second step or when started */
    async start(adminId: string, userId: string): Promise<Date> {
      const due = await db.asSystem(
        "admin: recovery",
        async (tx) =>
          await begin(tx, await store.lockUser(tx, userId), { kind: "admin", id: adminId }),
      );
      context.outbox.wake();
      return due;
    },

    /** Starts by the operator's command line. @throws Problem 404, 409 */
    async startByHost(email: string): Promise<{ id: string; due: string }> {
      const normalized = normalizeEmail(email);
      const started = await db.asSystem("operator: recovery", async (tx) => {
        const found = normalized ? await store.findLogin(tx, normalized) : null;
        const user = found && await store.lockUser(tx, found.id);
        return { due: await begin(tx, user, { kind: "host" }), id: user!.id };
      });
      context.outbox.wake();
      return { id: started.id, due: started.due.toISOString() };
    },

    /** Stops by an administrator. @throws Problem 409 when nothing was started */
    async stop(adminId: string, userId: string): Promise<void> {
      await db.asSystem("admin: recovery", async (tx) => {
        if (!await stopRecovery(context, tx, userId, { kind: "admin", id: adminId })) {
          throw conflict("Nothing was started for this account");
        }
      });
    },

    /** Removes the second steps whose time has come; returns how many. */
    async run(): Promise<number> {
      const now = clock.now();
      const done = await db.asSystem("accounts: recovery", async (tx) => {
        const rows = await tx<{ id: string }[]>`
          select id from users where recovery_due_at <= ${now} order by recovery_due_at limit 100
          for update skip locked`;
        for (const { id } of rows) await finish(tx, (await store.findUser(tx, id))!);
        return rows;
      });
      for (const { id } of done) context.cache.forgetUser(id);
      if (done.length > 0) context.outbox.wake();
      return done.length;
    },
  };

  async function finish(tx: Tx, user: store.UserRow): Promise<void> {
    const now = clock.now();
    await store.removeFactors(tx, user.id, now);
    await tx`update users set recovery_due_at = null where id = ${user.id}`;
    await store.endAll(tx, user.id, { at: now });
    await context.mails.queue(tx, "recovery_done", {
      ...addressee(user),
      values: { time: spoken(now, user) },
      path: "/forgot-password",
    }, { userId: user.id });
    await audit.record(tx, {
      category: "security",
      event: "recovery_done",
      severity: "high",
      actor: { kind: "system" },
      userId: user.id,
    });
  }
}

/**
 * Ends a removal that is under way, because its owner showed a code or an administrator says so.
 *
 * @returns whether there was one
 */
export async function stopRecovery(
  context: AccountContext,
  tx: Tx,
  userId: string,
  actor: AuditActor,
): Promise<boolean> {
  const rows = await tx`update users set recovery_due_at = null
    where id = ${userId} and recovery_due_at is not null returning 1`;
  if (rows.length === 0) return false;
  await context.audit.record(tx, {
    category: "security",
    event: "recovery_stopped",
    severity: "high",
    actor,
    userId,
  });
  return true;
}
