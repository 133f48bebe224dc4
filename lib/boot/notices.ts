import type { Clock } from "@/lib/platform/clock.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { MAIL_KINDS, type MailKind } from "@/lib/accounts/mod.ts";
import { ACCOUNT_PREFIX, type Notices } from "@/lib/notices/mod.ts";

/** Mails that somebody asked for and whose news is worth telling in the product as well. */
const ASKED: readonly MailKind[] = ["export_ready", "export_failed"];

/**
 * Tells in the product what a mail about the account says. Its links are secrets and its times and
 * places are in the security history, so that only the name of a device or key is kept.
 */
export async function noteMail(
  notices: Notices,
  tx: Tx,
  mail: { kind: MailKind; key: string; userId: string; values: Record<string, string> },
): Promise<void> {
  const { kind, key, userId, values } = mail;
  if (MAIL_KINDS[kind] !== "security" && !ASKED.includes(kind)) return;
  if (kind === "deletion_done") return; // the account is gone with it
  const { device, key: name } = values;
  const data = { ...(device ? { device } : {}), ...(name ? { key: name } : {}) };
  await notices.note(tx, { userId, kind: `${ACCOUNT_PREFIX}${kind}`, cause: key, data });
}

/** Tells, once a day, that memory asks something. */
export async function noteProposal(
  notices: Notices,
  clock: Clock,
  { tx, userId }: { tx: Tx; userId: string },
): Promise<void> {
  const cause = clock.now().toISOString().slice(0, 10);
  await notices.note(tx, { userId, kind: "memory_proposal", cause, data: {} });
}

/** Tells, once a day, that facts went back to the intermediate tier and will end. */
export async function noteDemotion(
  notices: Notices,
  clock: Clock,
  { tx, userId }: { tx: Tx; userId: string },
): Promise<void> {
  const cause = clock.now().toISOString().slice(0, 10);
  await notices.note(tx, { userId, kind: "memory_demotion", cause, data: {} });
}
