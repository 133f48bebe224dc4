import { noteAll } from "@/lib/notices/mod.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import type { BillingNotice } from "./notices.ts";
import type { SyncOptions } from "./sync.ts";
import type { ProviderName } from "./types.ts";
import * as store from "./store.ts";

/** The kind of the job that sends a mail about plan or payment. */
export const BILLING_MAIL_JOB = "billing.mail";

/** What the job is given. */
export interface BillingMailPayload extends Record<string, unknown> {
  kind: string;
  data: Record<string, string | number | null>;
  provider: ProviderName | null;
}

/** Kinds whose mail only those get who asked for it, with the setting that asks. */
export const ASKED_FOR: Record<string, "invoiceMails" | "usageMails"> = {
  invoice_paid: "invoiceMails",
  usage_notice: "usageMails",
  usage_blocked: "usageMails",
};
/** Kinds that are told in the product alone. */
const NO_MAIL = new Set(["usage_strong", "usage_fair"]);

/** Tells a person each of the notices once, in the transaction that found them. */
export async function queueNotices(
  tx: Tx,
  work:
    & Pick<SyncOptions, "ids" | "clock" | "outbox">
    & {
      provider: { name: ProviderName } | null;
      payer: Pick<store.Payer, "id" | "settings">;
      notices: BillingNotice[];
    },
): Promise<number> {
  const userId = work.payer.id;
  // Who does not want to be warned is not; the cause counts as told all the same.
  const quiet = work.payer.settings["notifyUsage"] === false;
  const notices = work.notices.map((notice) => ({
    id: work.ids(),
    ...notice,
    hidden: quiet && notice.kind.startsWith("usage_"),
  }));
  const fresh = await noteAll(tx, { userId, at: work.clock.now(), notices });
  for (const { id, kind, cause, data } of notices) {
    if (!fresh.has(id)) continue;
    const setting = ASKED_FOR[kind];
    if (NO_MAIL.has(kind) || (setting && work.payer.settings[setting] !== true)) continue;
    const payload: BillingMailPayload = { kind, data, provider: work.provider?.name ?? null };
    await work.outbox.add(tx, {
      kind: BILLING_MAIL_JOB,
      key: `${BILLING_MAIL_JOB}:${kind}:${userId}:${cause}`,
      userId,
      payload,
    });
  }
  return fresh.size;
}
