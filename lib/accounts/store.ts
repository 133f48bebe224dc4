import type { Tx } from "@/lib/platform/database/mod.ts";
import type { Plan } from "@/lib/plans/mod.ts";

/** A row of `users` without its password. */
export interface UserRow {
  id: string;
  email: string;
  displayName: string;
  handle: string | null;
  role: "learner" | "moderator" | "admin";
  emailVerifiedAt: Date | null;
  locale: string;
  timeZone: string;
  settings: Record<string, unknown>;
  plan: Plan;
  subscriptionStatus: "none" | "trialing" | "active" | "past_due" | "canceled";
  trialEndsAt: Date;
  planUntil: Date | null;
  level: number;
  xp: number;
  onboardingCompletedAt: Date | null;
  suspendedAt: Date | null;
  createdAt: Date;
}

/** A row of `web_sessions`. */
export interface SessionRow {
  id: string;
  userId: string;
  createdAt: Date;
  lastUsedAt: Date;
  provedAt: Date;
  expiresAt: Date;
  endsAt: Date;
}

const USER_COLUMNS = [
  "id",
  "email",
  "display_name",
  "handle",
  "role",
  "email_verified_at",
  "locale",
  "time_zone",
  "settings",
  "plan",
  "subscription_status",
  "trial_ends_at",
  "plan_until",
  "level",
  "xp",
  "onboarding_completed_at",
  "suspended_at",
  "created_at",
];
const SESSION_COLUMNS = [
  "id",
  "user_id",
  "created_at",
  "last_used_at",
  "proved_at",
  "expires_at",
  "ends_at",
];

/** What registration stores. */
export interface NewUser {
  id: string;
  email: string;
  emailNormalized: string;
  displayName: string;
  passwordHash: string;
  locale: string;
  trialEndsAt: Date;
  termsVersion: string;
  at: Date;
}

/** Stores an account; false when the address is taken. */
export async function insertUser(tx: Tx, user: NewUser): Promise<boolean> {
  const rows = await tx`
    insert into users (id, email, email_normalized, display_name, password_hash, locale,
      trial_ends_at, terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
    values (${user.id}, ${user.email}, ${user.emailNormalized}, ${user.displayName},
      ${user.passwordHash}, ${user.locale}, ${user.trialEndsAt}, ${user.termsVersion}, ${user.at},
      ${user.at}, ${user.at}, ${user.at})
    on conflict (email_normalized) do nothing returning id`;
  return rows.length === 1;
}

/** The account of an address with its password, or null. */
export async function findLogin(
  tx: Tx,
  emailNormalized: string,
): Promise<UserRow & { passwordHash: string } | null> {
  const [row] = await tx<(UserRow & { passwordHash: string })[]>`
    select ${
    tx(USER_COLUMNS)
  }, password_hash from users where email_normalized = ${emailNormalized}`;
  return row ?? null;
}

/** One account, or null. */
export async function findUser(tx: Tx, id: string): Promise<UserRow | null> {
  const [row] = await tx<UserRow[]>`select ${tx(USER_COLUMNS)} from users where id = ${id}`;
  return row ?? null;
}

/** Replaces a password's hash. */
export async function setPasswordHash(tx: Tx, id: string, hash: string): Promise<void> {
  await tx`update users set password_hash = ${hash} where id = ${id}`;
}

/** Changes settings and locale of an account. */
export async function updateSettings(
  tx: Tx,
  id: string,
  change: { settings: Record<string, unknown>; locale?: string; at: Date },
): Promise<void> {
  await tx`update users set settings = ${tx.json(change.settings as never)},
      locale = coalesce(${change.locale ?? null}, locale), updated_at = ${change.at}
    where id = ${id}`;
}

/** Gives or takes the role of an administrator; null when there is no such account. */
export async function setRole(
  tx: Tx,
  emailNormalized: string,
  change: { role: "admin" | "learner"; at: Date },
): Promise<{ id: string; before: string } | null> {
  const [row] = await tx<{ id: string; before: string }[]>`
    with former as (select id, role from users where email_normalized = ${emailNormalized} for update)
    update users u set role = ${change.role}, updated_at = ${change.at}
    from former where u.id = former.id returning u.id, former.role as before`;
  return row ?? null;
}

/** Stores a session; only the hash of its token is kept. */
export async function insertSession(
  tx: Tx,
  session: SessionRow & { tokenHash: Uint8Array; userAgent: string; address: string },
): Promise<void> {
  await tx`insert into web_sessions (id, user_id, token_hash, user_agent, address, created_at,
      last_used_at, proved_at, expires_at, ends_at)
    values (${session.id}, ${session.userId}, ${session.tokenHash}, ${session.userAgent},
      ${session.address}, ${session.createdAt}, ${session.lastUsedAt}, ${session.provedAt},
      ${session.expiresAt}, ${session.endsAt})`;
}

/** Ends the oldest sessions beyond `max`. */
export async function trimSessions(tx: Tx, userId: string, max: number): Promise<void> {
  await tx`delete from web_sessions where id in (
    select id from web_sessions where user_id = ${userId}
    order by last_used_at desc, id desc offset ${max})`;
}

/** The session of a token and its user, or null when it is unknown or over. */
export async function findSession(
  tx: Tx,
  tokenHash: Uint8Array,
  now: Date,
): Promise<{ session: SessionRow; user: UserRow } | null> {
  const [session] = await tx<SessionRow[]>`
    select ${tx(SESSION_COLUMNS)} from web_sessions
    where token_hash = ${tokenHash} and expires_at > ${now} and ends_at > ${now}`;
  if (!session) return null;
  const user = await findUser(tx, session.userId);
  return user ? { session, user } : null;
}

/** Puts off the end of a session that is in use. */
export async function touchSession(
  tx: Tx,
  id: string,
  times: { lastUsedAt: Date; expiresAt: Date },
): Promise<void> {
  await tx`update web_sessions set last_used_at = ${times.lastUsedAt},
      expires_at = least(${times.expiresAt}, ends_at) where id = ${id}`;
}

/** Ends one session. */
export async function deleteSession(tx: Tx, id: string): Promise<void> {
  await tx`delete from web_sessions where id = ${id}`;
}

/** Ends all sessions of an account. */
export async function deleteSessions(tx: Tx, userId: string): Promise<void> {
  await tx`delete from web_sessions where user_id = ${userId}`;
}
