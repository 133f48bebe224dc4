import { SignJWT } from "jose";
import { base64url } from "@/lib/platform/crypto.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import type { KeyRing } from "@/lib/platform/key_ring.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import type { Job } from "@/lib/platform/outbox.ts";
import { conflict, notFound, validationFailed } from "@/lib/platform/problem.ts";
import { type AccountContext, addressee, DAY, spoken } from "./context.ts";
import { normalizeEmail } from "./email.ts";
import * as store from "./store.ts";

/** Kind of the job that erases an account. */
export const ERASE_ACCOUNT_JOB = "accounts.erase";

/** Days in which signing in brings an account back. */
const GRACE_MS = 30 * DAY;
/** The last backup that still holds the data ends this long after. */
const BACKUP_MS = 30 * DAY;

/** What the job needs when the account is gone already. */
interface Erased {
  userId: string;
  email: string;
  emailNormalized: string;
  name: string;
  locale: string;
  timeZone: string;
}

/** Where something of a person was still found. */
export interface ProbeHit {
  place: string;
  hits: number;
}

/** Closing and erasing accounts. */
export type Erasure = ReturnType<typeof createErasure>;

/** Deletion with grace, then a purge that follows the foreign keys, a probe, and a receipt. */
export function createErasure(context: AccountContext, parts: { receiptKey: KeyRing }) {
  const { db, kv, clock, audit } = context;
  const stuck = context.metrics.gauge(
    "account_erasures_stuck",
    "Erasures of accounts that were given up and wait for the next day",
  );

  async function queue(tx: Tx, user: store.UserRow): Promise<void> {
    const erased: Erased = {
      userId: user.id,
      email: user.email,
      emailNormalized: user.emailNormalized,
      name: user.displayName,
      locale: user.locale,
      timeZone: user.timeZone,
    };
    // Without an owner, or the job would be erased with the account; sealed, or it would name it.
    await context.outbox.add(tx, {
      kind: ERASE_ACCOUNT_JOB,
      key: `erase:${await audit.refOf(user.id)}`,
      payload: { sealed: base64url(await context.seal.seal(JSON.stringify(erased))) },
    });
  }

  /** Copies the ledger into the archive that knows no user (USE-10). */
  async function archiveLedger(tx: Tx, userId: string): Promise<void> {
    const account = crypto.randomUUID();
    const rows = await tx<{
      resource: string;
      amount: number;
      kind: string;
      dayUtc: Date;
      feature: string | null;
      model: string | null;
      hash: string;
    }[]>`select resource, amount, kind, day_utc, metadata ->> 'feature' as feature,
        metadata ->> 'model' as model, hash
      from usage_ledger where user_id = ${userId} order by sequence`;
    const last = rows.at(-1)?.hash ?? "";
    for (let i = 0; i < rows.length; i += 500) {
      const batch = rows.slice(i, i + 500).map((row) => ({
        id: crypto.randomUUID(),
        account,
        resource: row.resource,
        amount: row.amount,
        kind: row.kind,
        day_utc: row.dayUtc,
        feature: row.feature,
        model: row.model,
        last_hash: last,
      }));
      await tx`insert into usage_ledger_archive ${tx(batch)}`;
    }
  }

  /** Everything that names the account, in the database and in KV. */
  async function probe(erased: Erased): Promise<ProbeHit[]> {
    const found: ProbeHit[] = [];
    const columns = await db.asSystem(
      "accounts: probe",
      (tx) =>
        tx<{ name: string; column: string; type: string; owned: boolean }[]>`
        select c.relname as name, a.attname as column, t.typname as type,
          exists (select from pg_attribute o where o.attrelid = c.oid
            and o.attname = 'user_id' and not o.attisdropped) as owned
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        join pg_type t on t.oid = a.atttypid
        where c.relkind in ('r', 'p') and has_table_privilege(c.oid, 'select')
          and t.typname in ('uuid', '_uuid', 'text', '_text', 'jsonb', 'varchar')
        order by c.relname, a.attnum`,
    );
    for (const { name, column, type, owned } of columns) {
      // What others wrote about the address is theirs.
      const foreign = owned && name !== "security_audit_log" && name !== "jobs";
      const hits = await db.asSystem("accounts: probe", async (tx) => {
        const [row] = type === "uuid"
          ? await tx<{ n: number }[]>`
            select count(*)::integer as n from ${tx(name)} where ${tx(column)} = ${erased.userId}`
          : await tx<{ n: number }[]>`
            select count(*)::integer as n from ${tx(name)}
            where position(${erased.userId}::text in ${tx(column)}::text) > 0
              or (not ${foreign}::boolean
                and position(${erased.emailNormalized}::text in lower(${tx(column)}::text)) > 0)`;
        return row!.n;
      });
      if (hits > 0) found.push({ place: `${name}.${column}`, hits });
    }
    const keys = await kv.list(["u", erased.userId]);
    if (keys.length > 0) found.push({ place: "kv", hits: keys.length });
    return found;
  }

  /** A signed note of what was erased; anybody can check it with the published keys. */
  async function receipt(erased: Erased, hits: ProbeHit[]): Promise<string> {
    const now = clock.now();
    const signing = await parts.receiptKey.signing();
    return await new SignJWT({
      account: await audit.refOf(erased.userId),
      erasedAt: now.toISOString(),
      hits: hits.reduce((sum, { hits }) => sum + hits, 0),
      lastBackupEnds: new Date(now.getTime() + BACKUP_MS).toISOString(),
    }).setProtectedHeader({ alg: "EdDSA", typ: "erasure-receipt+jwt", kid: signing.kid })
      .setIssuer(context.options.baseUrl).setIssuedAt(Math.floor(now.getTime() / 1000))
      .sign(signing.key);
  }

  return {
    probe,

    /**
     * Closes the account of whoever asks: every credential ends at once. In thirty days, or now,
     * it is erased.
     *
     * @throws Problem 400 when the e-mail was not typed, 409 for the last administrator
     */
    async close(
      principal: Principal,
      order: { confirm: string; now: boolean },
      guard: (tx: Tx, user: store.UserRow) => Promise<void>,
    ): Promise<{ deleteAfter: Date }> {
      const now = clock.now();
      const deleteAfter = order.now ? now : new Date(now.getTime() + GRACE_MS);
      await db.asSystem("accounts: close", async (tx) => {
        const user = (await store.lockStanding(tx, principal.userId))!;
        if (normalizeEmail(order.confirm) !== user.emailNormalized) {
          throw validationFailed([{
            path: "confirm",
            code: "mismatch",
            message: "Type the e-mail of the account",
          }]);
        }
        await closeUser(tx, user, { deleteAfter, guard, eraseNow: order.now });
        await audit.record(tx, {
          category: "security",
          event: "deletion_requested",
          severity: "high",
          actor: { kind: "user", id: user.id },
          userId: user.id,
          details: { now: order.now },
        });
      });
      context.cache.forgetUser(principal.userId);
      context.outbox.wake();
      return { deleteAfter };
    },

    /** Closes somebody's account as an administrator. @throws Problem 404, 409 */
    async closeByAdmin(
      admin: Principal,
      userId: string,
      guard: (tx: Tx, user: store.UserRow) => Promise<void>,
    ): Promise<void> {
      const deleteAfter = new Date(clock.now().getTime() + GRACE_MS);
      await db.asSystem("admin: delete", async (tx) => {
        const user = await store.lockStanding(tx, userId);
        if (!user) throw notFound();
        await closeUser(tx, user, { deleteAfter, guard, eraseNow: false });
        await audit.record(tx, {
          category: "admin",
          event: "deletion_by_admin",
          severity: "critical",
          actor: { kind: "admin", id: admin.userId },
          userId,
        });
      });
      context.cache.forgetUser(userId);
      context.outbox.wake();
    },

    /** Takes a deletion back while its time has not come. @throws Problem 409 */
    async restore(principal: Principal): Promise<void> {
      await db.asSystem("accounts: restore", async (tx) => {
        const user = (await store.lockUser(tx, principal.userId))!;
        const now = clock.now();
        if (!user.deleteAfter || user.deleteAfter <= now) {
          throw conflict("This account is not about to be deleted");
        }
        await tx`update users set deletion_requested_at = null, delete_after = null,
          updated_at = ${now} where id = ${user.id}`;
        await audit.record(tx, {
          category: "security",
          event: "deletion_taken_back",
          severity: "medium",
          actor: { kind: "user", id: user.id },
          userId: user.id,
        });
      });
      context.cache.forgetUser(principal.userId);
    },

    /** Queues the erasure of accounts whose time has come; returns how many. */
    async queueDue(): Promise<number> {
      const count = await db.asSystem("accounts: erasures due", async (tx) => {
        const due = await tx<{ id: string }[]>`
          select id from users where delete_after <= ${clock.now()} order by delete_after limit 100`;
        for (const { id } of due) await queue(tx, (await store.findUser(tx, id))!);
        return due.length;
      });
      if (count > 0) context.outbox.wake();
      await this.observe();
      return count;
    },

    /** Counts erasures that were given up, for the metric. */
    async observe(): Promise<void> {
      const [row] = await db.asSystem("accounts: erasures given up", (tx) =>
        tx<{ n: number }[]>`
          select count(*)::integer as n from jobs
          where kind = ${ERASE_ACCOUNT_JOB} and state = 'dead'`);
      stuck.set(row!.n);
    },

    /**
     * Tries erasures again that were given up a day ago, and raises it: somebody was promised to be
     * erased. Their jobs are kept under one name, so that queueing them anew would do nothing.
     * Returns how many.
     */
    async retryGivenUp(): Promise<number> {
      const now = clock.now();
      const rows = await db.asSystem("accounts: erasures given up", async (tx) => {
        const rows = await tx<{ key: string; lastError: string | null }[]>`
          update jobs j set state = 'queued', attempts = 0, run_after = ${now}, finished_at = null
          where kind = ${ERASE_ACCOUNT_JOB} and state = 'dead'
            and finished_at <= ${new Date(now.getTime() - DAY)}
          returning key, last_error`;
        for (const { key } of rows) {
          await audit.record(tx, {
            category: "admin",
            event: "account_erasure_failed",
            severity: "critical",
            result: "failed",
            actor: { kind: "system" },
            response: "Tried again",
            details: { account: key.slice("erase:".length) },
          });
        }
        return rows;
      });
      for (const { lastError } of rows) {
        context.log.error("account.erasure_stuck", "An account could not be erased; trying again", {
          error: lastError,
        });
      }
      if (rows.length > 0) context.outbox.wake();
      await this.observe();
      return rows.length;
    },

    /** The handler of {@link ERASE_ACCOUNT_JOB}. Each step may be done again after a crash. */
    async erase(job: Job): Promise<void> {
      const { sealed } = job.payload as { sealed: string };
      const opened = await context.seal.open(
        Uint8Array.fromBase64(sealed, { alphabet: "base64url" }),
      );
      const erased = JSON.parse(opened!) as Erased;
      const ref = await audit.refOf(erased.userId);
      const gone = await db.asSystem("accounts: erase", async (tx) => {
        const user = await store.lockUser(tx, erased.userId);
        if (!user) return true;
        // Taken back in the last moment: the job has nothing to do.
        if (!user.deleteAfter || user.deleteAfter > clock.now()) return false;
        await archiveLedger(tx, user.id);
        await context.options.onErase?.(tx, user);
        await tx`update operator_audit set target = null where target = ${user.id}`;
        await tx`delete from users where id = ${user.id}`;
        await tx`insert into erased_accounts (user_ref, erased_at) values (${ref}, ${clock.now()})
          on conflict (user_ref) do nothing`;
        return true;
      });
      if (!gone) return;
      context.cache.forgetUser(erased.userId);
      await kv.clear(["u", erased.userId]);
      await context.throttle.clear(
        base64url(await context.throttleKey.mac(erased.emailNormalized)),
      );
      const hits = await probe(erased);
      if (hits.length > 0) {
        context.log.error("account.remains", "Something of an erased account was still found", {
          places: hits.map(({ place }) => place),
        });
        throw new Error(`Something was left in ${hits.map(({ place }) => place).join(", ")}`);
      }
      await finish(erased, ref, await receipt(erased, hits));
    },
  };

  async function closeUser(
    tx: Tx,
    user: store.UserRow,
    order: {
      deleteAfter: Date;
      eraseNow: boolean;
      guard: (tx: Tx, user: store.UserRow) => Promise<void>;
    },
  ): Promise<void> {
    const now = clock.now();
    await order.guard(tx, user);
    await tx`update users set deletion_requested_at = ${now}, delete_after = ${order.deleteAfter},
      handle = null, updated_at = ${now} where id = ${user.id}`;
    await store.endAll(tx, user.id, { at: now });
    await tx`update api_keys set revoked_at = ${now}
      where user_id = ${user.id} and revoked_at is null`;
    await tx`update account_links set voided_at = ${now}
      where user_id = ${user.id} and used_at is null and voided_at is null`;
    await context.options.onClose?.(tx, { id: user.id });
    if (order.eraseNow) {
      await queue(tx, (await store.findUser(tx, user.id))!);
      return;
    }
    await context.mails.queue(tx, "deletion_started", {
      ...addressee(user),
      values: { end: spoken(order.deleteAfter, user) },
      path: "/login?next=/settings/data",
    }, { userId: user.id });
  }

  async function finish(erased: Erased, ref: string, signed: string): Promise<void> {
    const now = clock.now();
    await db.asSystem("accounts: erased", async (tx) => {
      await tx`update erased_accounts set receipt = ${tx.json({ signed })} where user_ref = ${ref}`;
      await context.mails.queue(tx, "deletion_done", {
        to: erased.email,
        name: erased.name,
        locale: erased.locale,
        values: {
          time: spoken(now, erased),
          end: spoken(new Date(now.getTime() + BACKUP_MS), erased),
        },
        attachment: signed,
      }, { key: `deletion_done:${ref}` });
      await audit.record(tx, {
        category: "admin",
        event: "account_erased",
        severity: "high",
        actor: { kind: "system" },
        details: { account: ref },
      });
    });
    context.outbox.wake();
  }
}
