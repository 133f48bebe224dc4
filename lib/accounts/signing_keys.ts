import type { JWK } from "jose";
import type { Clock } from "@/lib/platform/clock.ts";
import type { Sealer } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import {
  importKey,
  isKeyName,
  type KeyPair,
  type KeyRing,
  type KeyUse,
  newKeyPair,
  published,
  readKeySet,
} from "@/lib/platform/key_ring.ts";

/** A ring whose keys live in the database and can be rotated while everything runs. */
export interface StoredKeyRing extends KeyRing {
  /** Makes the next key sign; what the former one signed counts for 24 hours more. */
  rotate(): Promise<{ kid: string; former: string | null }>;
  /** Rotates when the active key is 90 days old, and removes keys that no longer count. */
  tend(): Promise<{ rotated: boolean; removed: number }>;
  /** Reads the keys anew. */
  reload(): Promise<void>;
  /** Age of the active key in seconds, for `secret_age_days`. */
  ageSeconds(): number;
}

interface Row {
  kid: string;
  state: "next" | "active" | "previous";
  publicKey: JWK;
  privateKey: Uint8Array;
  createdAt: Date;
  /** Set for the active key and former ones. */
  activatedAt: Date | null;
  verifyUntil: Date | null;
}

interface Loaded {
  rows: Row[];
  signing: { kid: string; key: CryptoKey };
  verifying: Map<string, { key: CryptoKey; until: number }>;
  at: number;
}

const DAY = 24 * 3600_000;
/** Keys rotate by themselves at this age. */
export const MAX_KEY_AGE_MS = 90 * DAY;
/** A retired key still verifies for this long. */
export const OVERLAP_MS = DAY;
/** Other replicas learn of a rotation within this time. */
const RELOAD_MS = 60_000;
/** An unknown name asks the database again, but no more often than this. */
const UNKNOWN_MS = 2_000;

/**
 * Opens the keys of one use. The configured set is taken in first: its first key signs when it was
 * not known before. Without one, keys are made.
 *
 * @throws Error when the configured set is malformed
 */
export async function openKeyRing(options: {
  db: Database;
  clock: Clock;
  seal: Sealer;
  use: KeyUse;
  /** `AUTH_SIGNING_KEYS` or `SERVICE_SIGNING_KEYS`. */
  configured?: string;
}): Promise<StoredKeyRing> {
  const { db, clock, seal, use } = options;
  const purpose = `accounts: ${use} keys`;
  const configured = options.configured ? readKeySet(options.configured, use) : [];
  let loaded: Loaded;
  let loading: Promise<void> | null = null;

  const rowsOf = (tx: Tx) =>
    tx<Row[]>`select kid, state, public_key, private_key, created_at, activated_at, verify_until
      from signing_keys where use = ${use} order by created_at, kid`;

  async function insert(tx: Tx, pair: KeyPair, state: Row["state"]): Promise<void> {
    const now = clock.now();
    const sealed = await seal.seal(JSON.stringify(pair.privateJwk));
    await tx`insert into signing_keys (kid, use, state, public_key, private_key, created_at, activated_at)
      values (${pair.kid}, ${use}, ${state}, ${tx.json(pair.publicJwk as never)}, ${sealed}, ${now},
        ${state === "active" ? now : null}) on conflict do nothing`;
  }

  async function retireActive(tx: Tx): Promise<string | null> {
    const now = clock.now();
    const [former] = await tx<{ kid: string }[]>`
      update signing_keys set state = 'previous', retired_at = ${now},
        verify_until = ${new Date(now.getTime() + OVERLAP_MS)}
      where use = ${use} and state = 'active' returning kid`;
    return former?.kid ?? null;
  }

  /**
   * A key that was sealed with another app secret cannot sign any more. When it is configured it is
   * sealed anew; else it is retired, and what it signed still counts for its overlap.
   */
  async function reopen(tx: Tx, row: Row): Promise<void> {
    if (row.state === "previous" || await seal.open(row.privateKey) !== null) return;
    const same = configured.find(({ kid }) => kid === row.kid);
    if (same) {
      const sealed = await seal.seal(JSON.stringify(same.privateJwk));
      await tx`update signing_keys set private_key = ${sealed} where kid = ${row.kid}`;
    } else if (row.state === "active") await retireActive(tx);
    else await tx`delete from signing_keys where kid = ${row.kid}`;
  }

  /** Takes in configured keys, and sees to it that there is a key that signs and one that is next. */
  async function prepare(): Promise<void> {
    const [active, next] = await Promise.all([newKeyPair(use), newKeyPair(use)]);
    await db.asSystem(purpose, async (tx) => {
      const rows = await rowsOf(tx);
      for (const row of rows) await reopen(tx, row);
      const known = new Set(rows.map((row) => row.kid));
      for (const [index, pair] of configured.entries()) {
        if (known.has(pair.kid)) continue;
        if (index === 0) await retireActive(tx);
        await insert(tx, pair, index === 0 ? "active" : "previous");
        if (index > 0) {
          const until = new Date(clock.now().getTime() + OVERLAP_MS);
          await tx`update signing_keys set verify_until = ${until} where kid = ${pair.kid}`;
        }
      }
      // `on conflict do nothing` on the index of one active and one next key: the first one stays.
      await insert(tx, active, "active");
      await insert(tx, next, "next");
    });
  }

  async function load(): Promise<void> {
    const rows = await db.asSystem(purpose, rowsOf);
    const now = clock.now().getTime();
    const verifying: Loaded["verifying"] = new Map();
    for (const row of rows) {
      const until = row.verifyUntil?.getTime() ?? Infinity;
      if (until > now) verifying.set(row.kid, { key: await importKey(row.publicKey), until });
    }
    const active = rows.find((row) => row.state === "active")!;
    const opened = await seal.open(active.privateKey);
    if (opened === null) throw new Error("A process with another APP_SECRET made the signing key");
    const signing = { kid: active.kid, key: await importKey(JSON.parse(opened) as JWK) };
    loaded = { rows, signing, verifying, at: now };
  }

  const reload = () => loading ??= load().finally(() => loading = null);
  const age = () => clock.now().getTime() - loaded.at;
  /** Keys that are a minute old are read again; when that fails, the known ones go on. */
  async function fresh(): Promise<void> {
    if (age() >= RELOAD_MS) await reload().catch(() => {});
  }

  async function rotate(): Promise<{ kid: string; former: string | null }> {
    const spare = await newKeyPair(use);
    const changed = await db.asSystem(purpose, async (tx) => {
      await tx`select 1 from signing_keys where use = ${use} order by kid for update`;
      const former = await retireActive(tx);
      const [now] = await tx<{ kid: string }[]>`
        update signing_keys set state = 'active', activated_at = ${clock.now()}
        where use = ${use} and state = 'next' returning kid`;
      await insert(tx, spare, "next");
      return { kid: now!.kid, former };
    });
    await reload();
    return changed;
  }

  await prepare();
  await load();
  return {
    reload,
    rotate,
    signing() {
      // Not waited for: callers may be inside a transaction, and reading needs one of its own.
      void fresh();
      return Promise.resolve(loaded.signing);
    },
    async verifying(kid) {
      if (!isKeyName(kid, use)) return null;
      await fresh();
      if (!loaded.verifying.has(kid) && age() >= UNKNOWN_MS) await reload().catch(() => {});
      const found = loaded.verifying.get(kid);
      return found && found.until > clock.now().getTime() ? found.key : null;
    },
    publicKeys() {
      const now = clock.now().getTime();
      return loaded.rows.filter((row) => (row.verifyUntil?.getTime() ?? Infinity) > now)
        .map((row) => published(row.publicKey, use));
    },
    async tend() {
      const active = loaded.rows.find((row) => row.state === "active")!;
      const rotated = clock.now().getTime() - active.activatedAt!.getTime() >= MAX_KEY_AGE_MS;
      if (rotated) await rotate();
      const removed = await db.asSystem(
        purpose,
        (tx) =>
          tx`delete from signing_keys where use = ${use} and state = 'previous'
          and verify_until < ${clock.now()} returning kid`,
      );
      return { rotated, removed: removed.length };
    },
    ageSeconds() {
      const active = loaded.rows.find((row) => row.state === "active")!;
      return (clock.now().getTime() - active.activatedAt!.getTime()) / 1000;
    },
  };
}
