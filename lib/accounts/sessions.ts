import { base64url, fromBase64url, sha256 } from "@/lib/platform/crypto.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { type AccountContext, DAY, MINUTE } from "./context.ts";
import type { Found } from "./state_cache.ts";
import { findUser, type UserRow } from "./store.ts";

/** A session lives seven days from its last use, ninety at most. */
export const SLIDING_MS = 7 * DAY;
export const ABSOLUTE_MS = 90 * DAY;
/** The former value of a session goes on for requests under way. */
const FORMER_MS = 10_000;

interface SessionRow {
  id: string;
  userId: string;
  lastUsedAt: Date;
  provedAt: Date;
  expiresAt: Date;
  renewRole: UserRow["role"] | null;
  isFormer: boolean;
  previousProvedAt: Date | null;
  previousRole: UserRow["role"] | null;
}

/** A web session as it is found by its cookie. */
export interface FoundSession {
  found: Found;
  /** The value has to be replaced, because the role changed. */
  renew: boolean;
}

/** The opaque sessions of browsers. */
export type Sessions = ReturnType<typeof createSessions>;

/** Web sessions: only hashes of their values are stored. */
export function createSessions(context: AccountContext) {
  const { clock, cookie, random } = context;

  async function find(tx: Tx, hash: Uint8Array, now: Date): Promise<SessionRow | null> {
    const [row] = await tx<SessionRow[]>`
      select id, user_id, last_used_at, proved_at, expires_at, renew_role, previous_proved_at,
        previous_role, token_hash <> ${hash} as is_former
      from web_sessions
      where (token_hash = ${hash} or (previous_hash = ${hash} and previous_until > ${now}))
        and expires_at > ${now} and ends_at > ${now}`;
    return row ?? null;
  }

  /** Gives a session a new value; null when another request did so first. */
  async function replaceValue(
    tx: Tx,
    id: string,
    change: { provedAt: Date; onlyRenewal?: boolean },
  ): Promise<string | null> {
    const now = clock.now();
    const token = random(32);
    const rows = await tx`
      update web_sessions s set token_hash = ${sha256(token)}, previous_hash = s.token_hash,
        previous_until = ${new Date(now.getTime() + FORMER_MS)}, previous_proved_at = s.proved_at,
        previous_role = coalesce(s.renew_role, u.role), renew_role = null,
        proved_at = ${change.provedAt}, last_used_at = ${now}
      from users u
      where s.id = ${id} and u.id = s.user_id
        and (${!change.onlyRenewal}::boolean or s.renew_role is not null)
      returning s.id`;
    return rows.length === 1 ? base64url(token) : null;
  }

  return {
    /** Makes a session and returns its id and `Set-Cookie`. */
    async create(
      tx: Tx,
      userId: string,
      from: { deviceId: string; userAgent: string; address: string },
    ): Promise<{ id: string; provedAt: Date; expiresAt: Date; setCookie: string }> {
      const now = clock.now();
      const token = random(32);
      const id = context.ids();
      const expiresAt = new Date(now.getTime() + SLIDING_MS);
      await tx`insert into web_sessions (id, user_id, token_hash, device_id, user_agent, address,
          created_at, last_used_at, proved_at, expires_at, ends_at)
        values (${id}, ${userId}, ${sha256(token)}, ${from.deviceId}, ${from.userAgent},
          ${from.address}, ${now}, ${now}, ${now}, ${expiresAt},
          ${new Date(now.getTime() + ABSOLUTE_MS)})`;
      const setCookie = cookie.set(base64url(token), SLIDING_MS / 1000);
      return { id, provedAt: now, expiresAt, setCookie };
    },

    /** The session of a cookie's value, from the cache or the database; renews what is in use. */
    async lookUp(token: string): Promise<FoundSession | null> {
      const bytes = fromBase64url(token);
      if (!bytes || bytes.length !== 32) return null;
      const key = `s:${token}`;
      const kept = context.cache.get(key);
      if (kept !== undefined) return kept && { found: kept, renew: false };
      const now = clock.now();
      const result = await context.db.asSystem("accounts: session", async (tx) => {
        const session = await find(tx, sha256(bytes), now);
        const user = session && await findUser(tx, session.userId);
        if (!session || !user) return null;
        // Written at most once a minute, so that reading costs no write.
        if (now.getTime() - session.lastUsedAt.getTime() > MINUTE) {
          await tx`update web_sessions set last_used_at = ${now},
              expires_at = least(${new Date(now.getTime() + SLIDING_MS)}::timestamptz, ends_at)
            where id = ${session.id}`;
        }
        return { session, user };
      });
      if (!result) {
        context.cache.set(key, null);
        return null;
      }
      const { session, user } = result;
      const found: Found = {
        user,
        id: session.id,
        kind: "web",
        provedAt: session.isFormer ? session.previousProvedAt : session.provedAt,
        expiresAt: session.expiresAt,
        role: session.isFormer ? session.previousRole ?? user.role : user.role,
        scopes: null,
        origins: [],
        dailyTokens: null,
      };
      context.cache.set(key, found);
      return { found, renew: session.renewRole !== null && !session.isFormer };
    },

    /** A new value after a change of role; null when another request has it already. */
    async renew(id: string): Promise<string | null> {
      const token = await context.db.asSystem("accounts: session", async (tx) => {
        const [row] = await tx<{ provedAt: Date }[]>`
          select proved_at from web_sessions where id = ${id} for update`;
        return row
          ? await replaceValue(tx, id, { provedAt: row.provedAt, onlyRenewal: true })
          : null;
      });
      context.cache.forget(id);
      return token && cookie.set(token, SLIDING_MS / 1000);
    },

    /** A new value after a proof of identity. */
    async prove(tx: Tx, id: string): Promise<string | null> {
      const token = await replaceValue(tx, id, { provedAt: clock.now() });
      return token && cookie.set(token, SLIDING_MS / 1000);
    },
  };
}
