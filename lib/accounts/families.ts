import { base64url, fromBase64url, sha256 } from "@/lib/platform/crypto.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { ACCESS_SECONDS } from "./access_token.ts";
import { type AccountContext, addressee, spoken, tokenProblem } from "./context.ts";
import { ABSOLUTE_MS, SLIDING_MS } from "./sessions.ts";
import type { Found } from "./state_cache.ts";
import { findUser, holdUser, type UserRow } from "./store.ts";

/** A lost answer is made good within this time, once, for the same device (ACC-34). */
const GRACE_MS = 10_000;

/** What an API client gets. */
export interface TokenSet {
  tokenType: "Bearer";
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  refreshToken: string;
  refreshExpiresAt: string;
}

interface FamilyRow {
  id: string;
  userId: string;
  deviceId: string | null;
  deviceName: string;
  provedAt: Date;
  expiresAt: Date;
  endsAt: Date;
  endedAt: Date | null;
}

interface RefreshRow extends FamilyRow {
  createdAt: Date;
  rotatedAt: Date | null;
  tokenExpiresAt: Date;
  graceUsed: boolean;
}

/** Token families of API clients. */
export type Families = ReturnType<typeof createFamilies>;

/** Families of refresh tokens: each is used once, and using one again ends its family. */
export function createFamilies(context: AccountContext) {
  const { clock, db, ids, random } = context;
  const refreshes = context.metrics.counter("auth_token_refreshes_total", "Refreshes", ["result"]);

  async function addToken(tx: Tx, family: FamilyRow): Promise<{ token: string; expiresAt: Date }> {
    const now = clock.now();
    const token = random(32);
    const expiresAt = new Date(Math.min(now.getTime() + SLIDING_MS, family.endsAt.getTime()));
    await tx`insert into refresh_tokens (token_hash, user_id, family_id, created_at, expires_at)
      values (${sha256(token)}, ${family.userId}, ${family.id}, ${now}, ${expiresAt})`;
    await tx`update token_families set last_used_at = ${now}, expires_at = ${expiresAt}
      where id = ${family.id}`;
    return { token: base64url(token), expiresAt };
  }

  async function tokens(
    user: UserRow,
    family: { id: string },
    refresh: { token: string; expiresAt: Date },
  ): Promise<TokenSet> {
    return {
      tokenType: "Bearer",
      accessToken: await context.access.sign({
        userId: user.id,
        familyId: family.id,
        role: user.role,
        emailVerified: user.emailVerifiedAt !== null,
      }),
      expiresIn: ACCESS_SECONDS,
      refreshToken: refresh.token,
      refreshExpiresAt: refresh.expiresAt.toISOString(),
    };
  }

  /** Ends a family whose token was used again, and tells its owner. */
  async function reused(tx: Tx, row: RefreshRow, user: UserRow): Promise<void> {
    const now = clock.now();
    await tx`update token_families set ended_at = ${now} where id = ${row.id} and ended_at is null`;
    await context.mails.queue(tx, "refresh_reuse", {
      ...addressee(user),
      values: { device: row.deviceName || "API", time: spoken(now, user) },
      path: "/settings/history",
    }, { userId: user.id, key: `refresh_reuse:${row.id}` });
    await context.audit.record(tx, {
      category: "security",
      event: "refresh_reuse",
      severity: "high",
      result: "refused",
      actor: { kind: "anonymous" },
      userId: user.id,
      response: "The token family was ended",
      details: { familyId: row.id },
    });
  }

  return {
    /** Makes a family with its first token. */
    async create(
      tx: Tx,
      user: UserRow,
      from: { deviceId: string; deviceName: string; userAgent: string; address: string },
    ): Promise<{ id: string; provedAt: Date; expiresAt: Date; tokens: TokenSet }> {
      const now = clock.now();
      const family: FamilyRow = {
        id: ids(),
        userId: user.id,
        deviceId: from.deviceId,
        deviceName: from.deviceName,
        provedAt: now,
        expiresAt: new Date(now.getTime() + SLIDING_MS),
        endsAt: new Date(now.getTime() + ABSOLUTE_MS),
        endedAt: null,
      };
      await tx`insert into token_families (id, user_id, device_id, device_name, user_agent, address,
          created_at, last_used_at, proved_at, expires_at, ends_at)
        values (${family.id}, ${user.id}, ${from.deviceId}, ${from.deviceName}, ${from.userAgent},
          ${from.address}, ${now}, ${now}, ${now}, ${family.expiresAt}, ${family.endsAt})`;
      const refresh = await addToken(tx, family);
      return {
        id: family.id,
        provedAt: now,
        expiresAt: refresh.expiresAt,
        tokens: await tokens(user, family, refresh),
      };
    },

    /** The family a refresh token is of, used or not; null for none of ours. */
    async idOf(refreshToken: string): Promise<string | null> {
      const bytes = fromBase64url(refreshToken);
      if (!bytes || bytes.length !== 32) return null;
      const [row] = await db.asSystem("accounts: refresh", (tx) =>
        tx<{ familyId: string }[]>`
          select family_id from refresh_tokens where token_hash = ${sha256(bytes)}`);
      return row?.familyId ?? null;
    },

    /**
     * Exchanges a refresh token for a new pair. A token that was used before ends its family, but
     * for one repetition within ten seconds from the same device.
     *
     * @throws Problem 401 `token_invalid`, `token_expired`
     */
    async refresh(refreshToken: string, deviceId: string | null): Promise<TokenSet> {
      const bytes = fromBase64url(refreshToken);
      if (!bytes || bytes.length !== 32) throw tokenProblem("token_invalid");
      const hash = sha256(bytes);
      let reusedFamily = "";
      const result = await db.asSystem("accounts: refresh", async (tx) => {
        const now = clock.now();
        const [whose] = await tx<{ userId: string }[]>`
          select user_id from refresh_tokens where token_hash = ${hash}`;
        if (whose) await holdUser(tx, whose.userId);
        const [row] = await tx<RefreshRow[]>`
          select f.id, f.user_id, f.device_id, f.device_name, f.proved_at, f.expires_at, f.ends_at,
            f.ended_at, t.created_at, t.rotated_at, t.expires_at as token_expires_at, t.grace_used
          from refresh_tokens t join token_families f on f.id = t.family_id
          where t.token_hash = ${hash} for update of f`;
        // Locked first by its family: two uses at once come here one after the other.
        const [token] = await tx<{ rotatedAt: Date | null; graceUsed: boolean }[]>`
          select rotated_at, grace_used from refresh_tokens where token_hash = ${hash}`;
        const user = row && await findUser(tx, row.userId);
        if (!row || !user || row.endedAt) return "token_invalid" as const;
        if (row.tokenExpiresAt <= now || row.endsAt <= now) return "token_expired" as const;
        if (token!.rotatedAt) {
          const within = now.getTime() - token!.rotatedAt.getTime() <= GRACE_MS;
          const same = deviceId === null ? false : deviceId === row.deviceId;
          if (!within || !same || token!.graceUsed) {
            await reused(tx, row, user);
            reusedFamily = row.id;
            return "reused" as const;
          }
          await tx`update refresh_tokens set grace_used = true where token_hash = ${hash}`;
        } else {
          await tx`update refresh_tokens set rotated_at = ${now} where token_hash = ${hash}`;
        }
        return { user, family: row, refresh: await addToken(tx, row) };
      });
      if (typeof result === "string") {
        refreshes.add(1, { result });
        context.cache.forget(reusedFamily);
        context.outbox.wake();
        throw tokenProblem(result === "token_expired" ? "token_expired" : "token_invalid");
      }
      refreshes.add(1, { result: "ok" });
      return await tokens(result.user, result.family, result.refresh);
    },

    /** The family of an access token, or null when it has ended. */
    async lookUp(familyId: string): Promise<Found | null> {
      const key = `f:${familyId}`;
      const kept = context.cache.get(key);
      if (kept !== undefined) return kept;
      const now = clock.now();
      const found = await db.asSystem("accounts: token family", async (tx) => {
        const [row] = await tx<FamilyRow[]>`
          select id, user_id, device_id, device_name, proved_at, expires_at, ends_at, ended_at
          from token_families
          where id = ${familyId} and ended_at is null and ends_at > ${now}`;
        const user = row && await findUser(tx, row.userId);
        if (!row || !user) return null;
        return {
          user,
          id: row.id,
          kind: "api" as const,
          provedAt: row.provedAt,
          expiresAt: row.expiresAt,
          role: user.role,
          scopes: null,
          origins: [],
          dailyTokens: null,
        };
      });
      context.cache.set(key, found);
      return found;
    },
  };
}
