import { timingSafeEqual } from "node:crypto";
import { base64url, sha256 } from "@/lib/platform/crypto.ts";
import { sqlState, type Tx, violatedConstraint } from "@/lib/platform/database/mod.ts";
import { isInNetworks } from "@/lib/platform/http/address.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { conflict, notFound } from "@/lib/platform/problem.ts";
import { type AccountContext, addressee, DAY, HOUR, MINUTE, spoken } from "./context.ts";
import type { MailKind } from "./mails.ts";
import type { KeyChange, KeyRequest, KeyView, NewKeyView } from "./schema.ts";
import type { Found } from "./state_cache.ts";
import { findUser, type UserRow } from "./store.ts";

const MAX_KEYS = 20;
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
/** Prefixes that are drawn before it must be something else that is wrong. */
const MAX_DRAWS = 5;
/** More refusals of one key within this time pause it (ACC-124). */
const ABUSE = { refusals: 50, window: 10 * MINUTE };
/** A key nobody used for this long is pointed out. */
const UNUSED_MS = 90 * DAY;

/** A secret as it is made: what is stored of it, and the whole for its owner. */
interface Secret {
  prefix: string;
  hash: Uint8Array;
  whole: string;
}

interface KeyRow {
  id: string;
  userId: string;
  name: string;
  prefix: string;
  secretHash: Uint8Array;
  scopes: string[];
  dailyTokens: number | null;
  origins: string[];
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  previousPrefix: string | null;
  previousHash: Uint8Array | null;
  previousUntil: Date | null;
  previousLastUsedAt: Date | null;
  pausedAt: Date | null;
  revokedAt: Date | null;
}

const COLUMNS = [
  "id",
  "user_id",
  "name",
  "prefix",
  "secret_hash",
  "scopes",
  "daily_tokens",
  "origins",
  "created_at",
  "expires_at",
  "last_used_at",
  "previous_prefix",
  "previous_hash",
  "previous_until",
  "previous_last_used_at",
  "paused_at",
  "revoked_at",
];

/** Personal API keys. */
export type ApiKeys = ReturnType<typeof createApiKeys>;

/** Keys: only the hash of a secret is kept, the whole is shown once. */
export function createApiKeys(context: AccountContext) {
  const { db, clock, audit } = context;
  /** Times of refusals, by key. */
  const refusals = new Map<string, number[]>();

  function newSecret(): Secret {
    const prefix = [...context.random(8)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
    const secret = base64url(context.random(32));
    return { prefix, hash: sha256(secret), whole: `nova_sk_${prefix}_${secret}` };
  }

  /**
   * Stores a new secret in one transaction. Prefixes are short enough to be drawn twice some day: a
   * prefix that some key has, or had before its rotation, is drawn again.
   */
  async function withSecret<Result>(
    purpose: string,
    store: (tx: Tx, secret: Secret) => Promise<Result>,
  ): Promise<{ secret: Secret; result: Result }> {
    for (let draw = 1;; draw++) {
      const secret = newSecret();
      try {
        const result = await db.asSystem(purpose, async (tx) => {
          const [same] = await tx`select 1 from api_keys
            where prefix = ${secret.prefix} or previous_prefix = ${secret.prefix}`;
          return same ? null : { secret, result: await store(tx, secret) };
        });
        if (result) return result;
      } catch (error) {
        if (!isSamePrefix(error) || draw === MAX_DRAWS) throw error;
      }
      if (draw === MAX_DRAWS) throw new Error("No free prefix was found for an API key");
    }
  }

  function view(row: KeyRow, now: Date): KeyView {
    const state = row.revokedAt
      ? "ended"
      : row.expiresAt <= now
      ? "expired"
      : row.pausedAt
      ? "paused"
      : "active";
    const lastUse = row.lastUsedAt ?? row.createdAt;
    const overlap = row.previousUntil && row.previousUntil > now;
    return {
      id: row.id,
      name: row.name,
      prefix: `nova_sk_${row.prefix}`,
      scopes: row.scopes,
      dailyTokens: row.dailyTokens,
      origins: row.origins,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
      state,
      unused: state === "active" && now.getTime() - lastUse.getTime() > UNUSED_MS,
      former: overlap
        ? {
          prefix: `nova_sk_${row.previousPrefix}`,
          until: row.previousUntil!.toISOString(),
          lastUsedAt: row.previousLastUsedAt?.toISOString() ?? null,
        }
        : null,
    };
  }

  async function tell(
    tx: Tx,
    user: UserRow,
    kind: Extract<MailKind, `key_${string}`>,
    about: { key: string; end?: Date | null; mailKey?: string },
  ): Promise<void> {
    await context.mails.queue(tx, kind, {
      ...addressee(user),
      values: {
        key: about.key,
        time: spoken(clock.now(), user),
        ...(about.end ? { end: spoken(about.end, user) } : {}),
      },
      path: "/settings/keys",
    }, { userId: user.id, ...(about.mailKey ? { key: about.mailKey } : {}) });
  }

  async function lock(tx: Tx, userId: string, id: string): Promise<KeyRow> {
    const [row] = await tx<KeyRow[]>`
      select ${tx(COLUMNS)} from api_keys
      where id = ${id} and user_id = ${userId} and revoked_at is null for update`;
    if (!row) throw notFound();
    return row;
  }

  async function note(
    tx: Tx,
    userId: string,
    event: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    await audit.record(tx, {
      category: "security",
      event,
      severity: "medium",
      actor: { kind: "user", id: userId },
      userId,
      details,
    });
  }

  /** Counts a refusal; a key that is refused again and again is paused, and its owner told. */
  async function refusedOnce(id: string): Promise<void> {
    if (!context.options.rules.keyAbuse) return;
    const now = clock.now().getTime();
    const times = [...(refusals.get(id) ?? []).filter((at) => at > now - ABUSE.window), now];
    if (refusals.size > 10_000) refusals.clear();
    refusals.set(id, times);
    if (times.length <= ABUSE.refusals) return;
    refusals.delete(id);
    await db.asSystem("accounts: key abuse", async (tx) => {
      const [row] = await tx<KeyRow[]>`
        update api_keys set paused_at = ${clock.now()}
        where id = ${id} and paused_at is null and revoked_at is null returning ${tx(COLUMNS)}`;
      const user = row && await findUser(tx, row.userId);
      if (!row || !user) return;
      await tell(tx, user, "key_paused", { key: row.name });
      await audit.record(tx, {
        category: "security",
        event: "key_abuse",
        severity: "high",
        actor: { kind: "system" },
        userId: user.id,
        response: "The key was paused",
        details: { keyId: id },
      });
    });
    context.cache.forget(id);
    context.outbox.wake();
  }

  function foundOf(row: KeyRow, user: UserRow): Found {
    return {
      user,
      id: row.id,
      kind: "key",
      provedAt: null,
      expiresAt: row.expiresAt,
      role: "learner",
      scopes: row.scopes,
      origins: row.origins,
      dailyTokens: row.dailyTokens,
    };
  }

  return {
    /** Counts a call that a key was not allowed. */
    refusedOnce,

    /** The key that was shown, or why it does not count. */
    async lookUp(
      whole: string,
      address: string,
    ): Promise<Found | "token_invalid" | "token_expired"> {
      const parts = /^nova_sk_([a-z0-9]{8})_([A-Za-z0-9_-]{43})$/.exec(whole);
      if (!parts) return "token_invalid";
      const cacheKey = `k:${whole}`;
      const kept = context.cache.get(cacheKey);
      if (kept && kept.expiresAt > clock.now()) {
        if (isAllowed(kept.origins, address)) return kept;
        await refusedOnce(kept.id);
        return "token_invalid";
      }
      const [, prefix, secret] = parts as unknown as [string, string, string];
      const now = clock.now();
      const looked = await db.asSystem("accounts: key", async (tx) => {
        const [row] = await tx<KeyRow[]>`
          select ${
          tx(COLUMNS)
        } from api_keys where prefix = ${prefix} or previous_prefix = ${prefix}`;
        const user = row && await findUser(tx, row.userId);
        if (!row || !user) return null;
        const isFormer = row.prefix !== prefix;
        const hash = isFormer ? row.previousHash : row.secretHash;
        // Whoever knows the prefix alone has not shown the key, and cannot have it paused.
        if (hash === null || !timingSafeEqual(hash, sha256(secret))) return null;
        const over = isFormer && (row.previousUntil === null || row.previousUntil <= now);
        if (over || row.revokedAt !== null || row.pausedAt !== null) {
          return { refused: { id: row.id, code: "token_invalid" as const } };
        }
        if (row.expiresAt <= now) {
          return { refused: { id: row.id, code: "token_expired" as const } };
        }
        if (!isAllowed(row.origins, address)) {
          return { refused: { id: row.id, code: "token_invalid" as const } };
        }
        await used(tx, row, user, { isFormer, now });
        return { row, user, refused: null };
      });
      if (!looked) return "token_invalid";
      if (looked.refused) {
        await refusedOnce(looked.refused.id);
        return looked.refused.code;
      }
      const found = foundOf(looked.row, looked.user);
      context.cache.set(cacheKey, found);
      return found;
    },

    list(userId: string): Promise<KeyView[]> {
      return db.asUser(userId, async (tx) => {
        const rows = await tx<KeyRow[]>`
          select ${tx(COLUMNS)} from api_keys where user_id = ${userId} and revoked_at is null
          order by created_at desc, id desc`;
        return rows.map((row) => view(row, clock.now()));
      });
    },

    /** Makes a key. @throws Problem 409 beyond twenty */
    async create(principal: Principal, request: KeyRequest): Promise<NewKeyView> {
      const now = clock.now();
      const made = await withSecret("accounts: key made", async (tx, secret) => {
        const user = (await findUser(tx, principal.userId))!;
        await tx`select 1 from users where id = ${user.id} for update`;
        const [{ n }] = await tx<[{ n: number }]>`
          select count(*)::integer as n from api_keys
          where user_id = ${user.id} and revoked_at is null`;
        if (n >= MAX_KEYS) throw conflict(`There are ${MAX_KEYS} keys already; end one first`);
        const expiresAt = new Date(now.getTime() + request.expiresInDays * DAY);
        const [row] = await tx<KeyRow[]>`
          insert into api_keys (id, user_id, name, prefix, secret_hash, scopes, daily_tokens,
            origins, created_at, expires_at)
          values (${context.ids()}, ${user.id}, ${request.name}, ${secret.prefix}, ${secret.hash},
            ${request.scopes}, ${request.dailyTokens ?? null}, ${request.origins ?? []}, ${now},
            ${expiresAt}) returning ${tx(COLUMNS)}`;
        await tell(tx, user, "key_made", { key: row!.name, end: expiresAt });
        await note(tx, user.id, "key_made", { keyId: row!.id, scopes: row!.scopes });
        return row!;
      });
      context.outbox.wake();
      return { ...view(made.result, now), key: made.secret.whole };
    },

    /** Changes name, budget or origins; can let a paused key work again. */
    async change(userId: string, id: string, change: KeyChange): Promise<KeyView> {
      const row = await db.asSystem("accounts: key changed", async (tx) => {
        const before = await lock(tx, userId, id);
        const [row] = await tx<KeyRow[]>`
          update api_keys set name = ${change.name ?? before.name},
            daily_tokens = ${
          change.dailyTokens === undefined ? before.dailyTokens : change.dailyTokens
        },
            origins = ${change.origins ?? before.origins},
            paused_at = ${change.paused === false ? null : before.pausedAt},
            previous_until = case when ${change.endFormer ?? false}::boolean
              then ${clock.now()}::timestamptz else previous_until end
          where id = ${id} returning ${tx(COLUMNS)}`;
        await note(tx, userId, "key_changed", { keyId: id, changed: Object.keys(change) });
        return row!;
      });
      context.cache.forget(id);
      return view(row, clock.now());
    },

    /** Ends a key, with its former secret. */
    async revoke(userId: string, id: string): Promise<void> {
      await db.asSystem("accounts: key ended", async (tx) => {
        await lock(tx, userId, id);
        await tx`update api_keys set revoked_at = ${clock.now()} where id = ${id}`;
        await note(tx, userId, "key_revoked", { keyId: id });
      });
      context.cache.forget(id);
    },

    /** A new secret for a key; the former one works until the overlap ends (ACC-95). */
    async rotate(principal: Principal, id: string, overlapHours: number): Promise<NewKeyView> {
      const now = clock.now();
      const made = await withSecret("accounts: key rotated", async (tx, secret) => {
        const before = await lock(tx, principal.userId, id);
        const user = (await findUser(tx, principal.userId))!;
        const life = before.expiresAt.getTime() - before.createdAt.getTime();
        const until = new Date(now.getTime() + overlapHours * HOUR);
        const [row] = await tx<KeyRow[]>`
          update api_keys set prefix = ${secret.prefix}, secret_hash = ${secret.hash},
            previous_prefix = ${before.prefix}, previous_hash = ${before.secretHash},
            previous_until = ${until}, previous_last_used_at = ${before.lastUsedAt},
            created_at = ${now}, expires_at = ${new Date(now.getTime() + life)},
            last_used_at = null, notice_sent_at = null
          where id = ${id} returning ${tx(COLUMNS)}`;
        await tell(tx, user, "key_rotated", { key: row!.name, end: until });
        await note(tx, user.id, "key_rotated", { keyId: id, overlapHours });
        return row!;
      });
      context.cache.forget(id);
      context.outbox.wake();
      return { ...view(made.result, now), key: made.secret.whole };
    },

    /** What happened to a key, from the security log. */
    async activity(
      userId: string,
      id: string,
    ): Promise<{ at: string; event: string; result: string }[]> {
      return await db.asUser(userId, async (tx) => {
        const known = await tx`select 1 from api_keys where id = ${id} and user_id = ${userId}`;
        if (known.length === 0) throw notFound();
        const rows = await tx<{ at: Date; event: string; result: string }[]>`
          select at, event, result from security_audit_log
          where user_id = ${userId} and details ->> 'keyId' = ${id}
          order by at desc, id desc limit 100`;
        return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
      });
    },

    /** Tells owners of keys that end within a week, once each; returns how many. */
    async tellEnding(): Promise<number> {
      const now = clock.now();
      return await db.asSystem("accounts: keys ending", async (tx) => {
        const rows = await tx<KeyRow[]>`
          update api_keys set notice_sent_at = ${now}
          where revoked_at is null and notice_sent_at is null and expires_at > ${now}
            and expires_at <= ${new Date(now.getTime() + 7 * DAY)} returning ${tx(COLUMNS)}`;
        for (const row of rows) {
          const user = (await findUser(tx, row.userId))!;
          await tell(tx, user, "key_ending", {
            key: row.name,
            end: row.expiresAt,
            mailKey: `key_ending:${row.id}:${row.expiresAt.toISOString()}`,
          });
        }
        return rows.length;
      });
    },
  };

  /** Notes the use of a key, at most once a minute, and its first one in the log. */
  async function used(
    tx: Tx,
    row: KeyRow,
    user: UserRow,
    { isFormer, now }: { isFormer: boolean; now: Date },
  ): Promise<void> {
    const last = isFormer ? row.previousLastUsedAt : row.lastUsedAt;
    if (last && now.getTime() - last.getTime() < MINUTE) return;
    if (isFormer) {
      await tx`update api_keys set previous_last_used_at = ${now} where id = ${row.id}`;
    } else {
      await tx`update api_keys set last_used_at = ${now} where id = ${row.id}`;
      if (!last) await note(tx, user.id, "key_first_used", { keyId: row.id });
    }
  }
}

/** Whether a key works from an address: from everywhere, or from the networks it names. */
function isAllowed(origins: readonly string[], address: string): boolean {
  return origins.length === 0 || isInNetworks(address, origins);
}

/** Whether two keys got one prefix at the same moment, and neither saw the other. */
function isSamePrefix(error: unknown): boolean {
  return sqlState(error) === "23505" && (violatedConstraint(error)?.includes("prefix") ?? false);
}
