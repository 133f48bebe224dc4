import type { Renewal, Sealer } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";

/** What became of everything that was sealed. */
export interface ResealReport {
  /** Sealed anew with the present secret. */
  renewed: number;
  /** Sealed with it already. */
  present: number;
  /** Opened by no secret that counts: it has to be made again. */
  lost: number;
}

const BATCH = 200;

/** A place where sealed texts lie, read in the order of its keys. */
interface Place {
  seal: Sealer;
  page(tx: Tx, after: string): Promise<{ key: string; sealed: Uint8Array }[]>;
  /** Writes a text that was sealed anew, unless somebody changed it in between. */
  write(tx: Tx, row: { key: string; sealed: Uint8Array; renewed: Uint8Array }): Promise<void>;
}

const secondFactors = (seal: Sealer): Place => ({
  seal,
  page: (tx, after) =>
    tx<{ key: string; sealed: Uint8Array }[]>`
      select id::text as key, secret as sealed from second_factors
      where id::text > ${after} order by id::text limit ${BATCH}`,
  write: async (tx, { key, sealed, renewed }) =>
    void await tx`update second_factors set secret = ${renewed}
      where id = ${key} and secret = ${sealed}`,
});

const signingKeys = (seal: Sealer): Place => ({
  seal,
  page: (tx, after) =>
    tx<{ key: string; sealed: Uint8Array }[]>`
      select kid as key, private_key as sealed from signing_keys
      where kid > ${after} order by kid limit ${BATCH}`,
  write: async (tx, { key, sealed, renewed }) =>
    void await tx`update signing_keys set private_key = ${renewed}
      where kid = ${key} and private_key = ${sealed}`,
});

/** Jobs that are not done and carry something sealed, of these kinds. */
const sealedJobs = (seal: Sealer, kinds: string[], alphabet: "base64" | "base64url"): Place => ({
  seal,
  async page(tx, after) {
    const rows = await tx<{ key: string; sealed: string }[]>`
      select id::text as key, payload->>'sealed' as sealed from jobs
      where kind = any(${kinds}) and state <> 'done' and payload ? 'sealed'
        and id::text > ${after} order by id::text limit ${BATCH}`;
    return rows.map(({ key, sealed }) => ({
      key,
      sealed: Uint8Array.fromBase64(sealed, { alphabet }),
    }));
  },
  write: async (tx, { key, renewed }) =>
    void await tx`
      update jobs set payload = jsonb_set(payload, '{sealed}', ${
      tx.json(renewed.toBase64({ alphabet, omitPadding: alphabet === "base64url" }))
    })
      where id = ${key} and state <> 'done'`,
});

/**
 * Seals everything at rest anew with the present app secret (OPS-85). Each batch is committed by
 * itself and what is done is skipped: run again after a crash it goes on, and running it twice
 * changes nothing.
 */
export async function reseal(
  db: Database,
  seals: { secondFactor: Sealer; signingKeys: Sealer; mail: Sealer },
): Promise<Record<"secondFactors" | "signingKeys" | "jobs", ResealReport>> {
  return {
    secondFactors: await resealPlace(db, secondFactors(seals.secondFactor)),
    signingKeys: await resealPlace(db, signingKeys(seals.signingKeys)),
    jobs: sum([
      await resealPlace(db, sealedJobs(seals.mail, ["mail.send"], "base64")),
      await resealPlace(
        db,
        sealedJobs(seals.secondFactor, ["accounts.reset", "accounts.erase"], "base64url"),
      ),
    ]),
  };
}

async function resealPlace(db: Database, place: Place): Promise<ResealReport> {
  const report: ResealReport = { renewed: 0, present: 0, lost: 0 };
  let after = "";
  while (true) {
    const rows = await db.asSystem("accounts: reseal", (tx) => place.page(tx, after));
    if (rows.length === 0) return report;
    const renewals = await Promise.all(
      rows.map(async (row) => [row, await place.seal.renew(row.sealed)] as const),
    );
    await db.asSystem("accounts: reseal", async (tx) => {
      for (const [row, renewal] of renewals) {
        if (renewal.state === "renewed") {
          await place.write(tx, { ...row, renewed: renewal.sealed });
        }
      }
    });
    for (const [, { state }] of renewals) report[state satisfies Renewal["state"]]++;
    after = rows.at(-1)!.key;
  }
}

function sum(reports: ResealReport[]): ResealReport {
  const total = (name: keyof ResealReport) =>
    reports.reduce((all, report) => all + report[name], 0);
  return { renewed: total("renewed"), present: total("present"), lost: total("lost") };
}
