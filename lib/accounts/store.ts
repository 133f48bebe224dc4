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
  suspendedUntil: Date | null;
  suspendedReason: string | null;
  deletionRequestedAt: Date | null;
  deleteAfter: Date | null;
  restrictedUntil: Date | null;
  /** Until when calls of the model wait one class lower. */
  loweredUntil: Date | null;
  twoFactorAt: Date | null;
  bio: string;
  emailNormalized: string;
  /** When the address was last refused by its server; null while mails arrive. */
  emailBouncedAt: Date | null;
  createdAt: Date;
  /** The version of the terms that was accepted last. */
  termsVersion: string;
}

/** Columns of {@link UserRow}. */
export const USER_COLUMNS = [
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
  "suspended_until",
  "suspended_reason",
  "deletion_requested_at",
  "delete_after",
  "restricted_until",
  "lowered_until",
  "two_factor_at",
  "bio",
  "email_normalized",
  "email_bounced_at",
  "terms_version",
  "created_at",
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

/** The account with its password, to prove who somebody is. */
export async function findSecret(
  tx: Tx,
  id: string,
): Promise<UserRow & { passwordHash: string } | null> {
  const [row] = await tx<(UserRow & { passwordHash: string })[]>`
    select ${tx(USER_COLUMNS)}, password_hash from users where id = ${id}`;
  return row ?? null;
}

/** Locks an account for the transaction and returns it. */
export async function lockUser(tx: Tx, id: string): Promise<UserRow | null> {
  const [row] = await tx<UserRow[]>`select ${
    tx(USER_COLUMNS)
  } from users where id = ${id} for update`;
  return row ?? null;
}

/**
 * Locks an account whose role or standing is about to change, and with an administrator all the
 * others, in one order: two of them who demote each other would wait for each other otherwise.
 */
export async function lockStanding(tx: Tx, id: string): Promise<UserRow | null> {
  await tx`select 1 from users
    where id = ${id}
      or (role = 'admin' and exists (select from users where id = ${id} and role = 'admin'))
    order by id for update`;
  return await findUser(tx, id);
}

/**
 * Takes the account's place in the order of locks, without keeping others from reading or using it:
 * whoever changes sessions, families or second factors and then writes to the log comes to the
 * account in the end, and somebody who holds the account may be waiting for those very rows.
 */
export async function holdUser(tx: Tx, id: string): Promise<void> {
  await tx`select 1 from users where id = ${id} for key share`;
}

/** Ends all web sessions, token families and begun sign-ins of an account, but for one. */
export async function endAll(
  tx: Tx,
  userId: string,
  options: { at: Date; except?: string },
): Promise<void> {
  const except = options.except ?? null;
  await tx`delete from web_sessions
    where user_id = ${userId} and id is distinct from ${except}::uuid`;
  await tx`update token_families set ended_at = ${options.at}
    where user_id = ${userId} and ended_at is null and id is distinct from ${except}::uuid`;
  // Nor does a sign-in that waits for its second step go on.
  await tx`update login_challenges set used_at = ${options.at}
    where user_id = ${userId} and used_at is null`;
}

/** Takes every second factor from an account. */
export async function removeFactors(tx: Tx, userId: string, at: Date): Promise<void> {
  // In the order in which a code is checked.
  await tx`delete from two_factor_failures where user_id = ${userId}`;
  await tx`delete from second_factors where user_id = ${userId}`;
  await tx`delete from backup_codes where user_id = ${userId}`;
  await tx`update users set two_factor_at = null, updated_at = ${at} where id = ${userId}`;
}
