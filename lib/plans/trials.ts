import type { PurposeKey } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";

const YEAR_MS = 365 * 86_400_000;
/** A mark is kept as long as its account; the end is set when the account goes. */
const WHILE_THERE = new Date("9999-01-01T00:00:00.000Z");

/** Remembers which addresses had their trial, beyond the life of the account (PLN-4). */
export type Trials = ReturnType<typeof createTrials>;

/** Marks of trials: keyed hashes of normalised addresses, from which nobody can be found. */
export function createTrials(options: { db: Database; key: PurposeKey; now: () => Date }) {
  /** The mark of an address. One that was made with the former app secret is made anew first. */
  async function markOf(tx: Tx, emailNormalized: string): Promise<Uint8Array> {
    const [present, ...former] = await options.key.macs(emailNormalized);
    for (const mark of former) {
      await tx`update trial_marks set email_hash = ${present!} where email_hash = ${mark}
        and not exists (select from trial_marks where email_hash = ${present!})`;
    }
    return present!;
  }

  return {
    /**
     * Notes in the transaction of a registration that the trial began. Where the address had one
     * before, the new account has none.
     *
     * @returns whether there is a trial
     */
    async begin(tx: Tx, account: { userId: string; emailNormalized: string }): Promise<boolean> {
      const now = options.now();
      const mark = await markOf(tx, account.emailNormalized);
      const rows = await tx`insert into trial_marks as t (email_hash, started_at, forget_at)
        values (${mark}, ${now}, ${WHILE_THERE})
        on conflict (email_hash) do update set started_at = excluded.started_at,
          forget_at = excluded.forget_at where t.forget_at <= ${now}
        returning 1`;
      if (rows.length === 1) return true;
      await tx`update trial_marks set forget_at = ${WHILE_THERE} where email_hash = ${mark}`;
      await tx`update users set trial_ends_at = ${now} where id = ${account.userId}`;
      return false;
    },

    /** Notes that the account of an address is gone: the mark is kept for twelve months more. */
    async left(tx: Tx, emailNormalized: string): Promise<void> {
      const forgetAt = new Date(options.now().getTime() + YEAR_MS);
      await tx`update trial_marks set forget_at = ${forgetAt}
        where email_hash = ${await markOf(tx, emailNormalized)}`;
    },

    /** Forgets the marks whose time is over; returns how many. */
    forget: (): Promise<number> =>
      options.db.asSystem("plans: forget trials", async (tx) => {
        const rows =
          await tx`delete from trial_marks where forget_at <= ${options.now()} returning 1`;
        return rows.length;
      }),
  };
}
