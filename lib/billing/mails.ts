import type { Database } from "@/lib/platform/database/mod.ts";
import type { Job } from "@/lib/platform/outbox.ts";
import { type Mailer, MailRefused } from "@/lib/platform/mail.ts";
import { isPaidPlan, type Plans } from "@/lib/plans/mod.ts";
import { formatDateTime, formatMoney, formatPercent, type Reader } from "@/lib/ui/format.ts";
import { mailOf, type MailParts } from "@/lib/ui/mail_layout.ts";
import { say } from "@/lib/ui/say.ts";
import { billingMailText } from "@/lib/ui/text/billing_mails.ts";
import { mailText } from "@/lib/ui/text/mails.ts";
import { BILLING_NOTICES, type BillingNoticeKind } from "./notices.ts";
import { ASKED_FOR } from "./mail_queue.ts";
import * as store from "./store.ts";

type Values = Record<string, string | number | null>;

/** Where the button of a mail leads. */
const PATHS: Partial<Record<BillingNoticeKind, string>> = {
  trial_ending: "/pricing",
  trial_ended: "/pricing",
  usage_notice: "/usage",
  usage_blocked: "/usage",
};

/** The words of a mail. Pure; test payments say so in subject and text (BIL-2). */
export function billingMail(
  kind: BillingNoticeKind,
  given: {
    data: Values;
    name: string;
    reader: Reader;
    test: boolean;
    baseUrl: string;
    supportEmail?: string | undefined;
    /** Where this kind is ended, for one that was asked for. */
    unsubscribe?: string | undefined;
    planName: (plan: string) => string;
  },
): MailParts {
  const { data, reader, test } = given;
  const text: Record<string, string> = billingMailText(reader.locale);
  const values = {
    name: given.name,
    plan: typeof data.plan === "string" ? given.planName(data.plan) : "",
    from: typeof data.from === "string" ? given.planName(data.from) : "",
    until: moment(data.until, reader),
    amount: typeof data.amount === "number"
      ? formatMoney(data.amount, String(data.currency).toUpperCase(), reader)
      : "",
    next: moment(data.nextAttemptAt, reader) || text.noNextAttempt!,
    number: String(data.number ?? ""),
    what: text[`what_${data.resource}`] ?? "",
    percent: typeof data.percentage === "number" ? formatPercent(data.percentage, reader) : "",
  };
  const subject = say(text[`${kind}_subject`]!, values, reader.locale);
  const common = mailText(reader.locale);
  return {
    title: test ? `${text.testLabel}: ${subject}` : subject,
    paragraphs: [
      say(text.greeting!, values, reader.locale),
      say(text[`${kind}_text`]!, values, reader.locale),
      ...(test ? [text.testText!] : []),
    ],
    button: { label: text[`${kind}_button`]!, url: `${given.baseUrl}${PATHS[kind] ?? "/billing"}` },
    attachment: null,
    foot: [
      text.foot!,
      ...(given.unsubscribe ? [say(common.unsubscribe, { url: given.unsubscribe })] : []),
      ...(given.supportEmail ? [say(common.support, { support: given.supportEmail })] : []),
      say(common.settings, { url: `${given.baseUrl}/settings/notifications` }),
    ],
  };
}

const moment = (value: unknown, reader: Reader): string =>
  typeof value === "string" ? formatDateTime(value, reader) : "";

/** Sends mails about plans and payments. */
export function createMails(
  options: {
    db: Database;
    mailer: Mailer;
    plans: Plans;
    baseUrl: string;
    supportEmail?: string | undefined;
    /** The path that ends a kind of mails somebody asked for. */
    unsubscribePath: (userId: string, setting: "invoiceMails" | "usageMails") => Promise<string>;
  },
) {
  return {
    /** Handler of the job of mails. A person who is gone gets none. */
    async run(job: Pick<Job, "id" | "payload" | "userId">): Promise<void> {
      const kind = BILLING_NOTICES.find((one) => one === job.payload.kind);
      if (!kind || !job.userId) return;
      const payer = await options.db.asUser(
        job.userId,
        (tx) => store.findPayer(tx, job.userId!),
      );
      if (!payer) return;
      const setting = ASKED_FOR[kind];
      // It was asked for when it was queued; meanwhile it may have been ended.
      if (setting && (payer.settings[setting] !== true || payer.emailBouncedAt)) return;
      const unsubscribe = setting
        ? options.baseUrl + await options.unsubscribePath(payer.id, setting)
        : undefined;
      const mail = billingMail(kind, {
        data: (job.payload.data ?? {}) as Values,
        name: payer.displayName,
        reader: { locale: payer.locale, timeZone: payer.timeZone },
        test: job.payload.provider === "test",
        baseUrl: options.baseUrl,
        supportEmail: options.supportEmail,
        unsubscribe,
        planName: (plan) => isPaidPlan(plan) ? options.plans.card(plan).name : plan,
      });
      try {
        await options.mailer.send({
          ...mailOf(mail, { to: payer.email, locale: payer.locale }),
          messageId: job.id,
          ...(unsubscribe ? { unsubscribe } : {}),
        });
      } catch (error) {
        // The address is marked; trying again would bring the same answer.
        if (!(error instanceof MailRefused)) throw error;
      }
    },
  };
}
