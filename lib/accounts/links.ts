import { sha256 } from "@/lib/platform/crypto.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import type { AccountContext } from "./context.ts";
import { holdUser } from "./store.ts";

/** What a link in a mail is for. */
export type LinkPurpose =
  | "verify_email"
  | "reset_password"
  | "email_change"
  | "email_undo"
  | "end_device";

/** A link as it is stored. */
export interface LinkRow {
  id: string;
  userId: string;
  purpose: LinkPurpose;
  target: string | null;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
  voidedAt: Date | null;
}

/** Makes the secret of a link: 32 random bytes as hex. A newer one of a purpose voids the older. */
export async function issueLink(
  context: Pick<AccountContext, "random" | "ids" | "clock">,
  tx: Tx,
  link: {
    userId: string;
    purpose: LinkPurpose;
    lifeMs: number;
    target?: string;
    /** For links about different things, which do not replace each other. */
    keepOthers?: boolean;
  },
): Promise<string> {
  const now = context.clock.now();
  const bytes = context.random(32);
  const token = bytes.toHex();
  if (!link.keepOthers) {
    await holdUser(tx, link.userId);
    await tx`update account_links set voided_at = ${now}
      where user_id = ${link.userId} and purpose = ${link.purpose}
        and used_at is null and voided_at is null`;
  }
  await tx`insert into account_links (id, user_id, purpose, token_hash, target, created_at, expires_at)
    values (${context.ids()}, ${link.userId}, ${link.purpose}, ${sha256(token)},
      ${link.target ?? null}, ${now}, ${new Date(now.getTime() + link.lifeMs)})`;
  return token;
}

/**
 * The link of a secret; null when there is none of these purposes. Its account is locked first, then
 * the link: whoever changes an account voids its links in that order.
 */
export async function findLink(
  tx: Tx,
  token: string,
  purposes: readonly LinkPurpose[],
): Promise<LinkRow | null> {
  if (!/^[0-9a-f]{64}$/.test(token)) return null;
  await tx`select 1 from users
    where id = (select user_id from account_links where token_hash = ${sha256(token)}) for update`;
  const [row] = await tx<LinkRow[]>`
    select id, user_id, purpose, target, created_at, expires_at, used_at, voided_at
    from account_links where token_hash = ${
    sha256(token)
  } and purpose = any(${purposes as string[]})
    for update`;
  return row ?? null;
}

/** Whether a link can still be used. */
export function isOpen(link: LinkRow, now: Date): boolean {
  return link.usedAt === null && link.voidedAt === null && link.expiresAt > now;
}

/** Marks a link as used. */
export async function spendLink(tx: Tx, link: LinkRow, at: Date): Promise<void> {
  await tx`update account_links set used_at = ${at} where id = ${link.id}`;
}

/** Voids the links of an account that would undo what was just changed. */
export async function voidLinks(
  tx: Tx,
  userId: string,
  what: { purposes: readonly LinkPurpose[]; at: Date },
): Promise<void> {
  await tx`update account_links set voided_at = ${what.at}
    where user_id = ${userId} and purpose = any(${what.purposes as string[]})
      and used_at is null and voided_at is null`;
}
