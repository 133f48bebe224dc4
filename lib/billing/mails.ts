import type { Database } from "@/lib/platform/database/mod.ts";
import type { Job } from "@/lib/platform/outbox.ts";
import type { Mail, Mailer } from "@/lib/platform/mail.ts";
import { isPaidPlan, type Plans } from "@/lib/plans/mod.ts";
import { formatDateTime, formatMoney, formatPercent, type Reader } from "@/lib/ui/format.ts";
import { say } from "@/lib/ui/say.ts";
import { billingMailText } from "@/lib/ui/text/billing_mails.ts";
import { BILLING_NOTICES, type BillingNoticeKind } from "./notices.ts";
import * as store from "./store.ts";

type Values = Record<string, string | number | null>;

/** A mail as plain parts, for whichever layout sends it. */
export interface BillingMail {
  subject: string;
  paragraphs: string[];
  button: { label: string; url: string };
  foot: string;
}

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
    planName: (plan: string) => string;
  },
): BillingMail {
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
  return {
    subject: test ? `${text.testLabel}: ${subject}` : subject,
    paragraphs: [
      say(text.greeting!, values, reader.locale),
      say(text[`${kind}_text`]!, values, reader.locale),
      ...(test ? [text.testText!] : []),
    ],
    button: { label: text[`${kind}_button`]!, url: `${given.baseUrl}${PATHS[kind] ?? "/billing"}` },
    foot: text.foot!,
  };
}

const moment = (value: unknown, reader: Reader): string =>
  typeof value === "string" ? formatDateTime(value, reader) : "";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string) => text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);

/** Both parts of a mail; they say the same. */
export function mailParts(mail: BillingMail, locale: string): Pick<Mail, "text" | "html"> {
  const { paragraphs, button, foot } = mail;
  return {
    text: [...paragraphs, `${button.label}: ${button.url}`, foot].join("\n\n"),
    html: `<!doctype html><html lang="${escape(locale)}"><meta charset="utf-8">` +
      `<meta name="viewport" content="width=device-width"><title>${escape(mail.subject)}</title>` +
      `<body style="font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem">` +
      paragraphs.map((one) => `<p>${escape(one)}</p>`).join("") +
      `<p><a href="${escape(button.url)}">${escape(button.label)}</a><br>` +
      `<small>${escape(button.url)}</small></p><p><small>${escape(foot)}</small></p></body></html>`,
  };
}

/** Sends mails about plans and payments. */
export function createMails(
  options: { db: Database; mailer: Mailer; plans: Plans; baseUrl: string },
) {
  return {
    /** Handler of the job of mails. A person who is gone gets none. */
    async run(job: Pick<Job, "payload" | "userId">): Promise<void> {
      const kind = BILLING_NOTICES.find((one) => one === job.payload.kind);
      if (!kind || !job.userId) return;
      const payer = await options.db.asUser(
        job.userId,
        (tx) => store.findPayer(tx, job.userId!),
      );
      if (!payer) return;
      const mail = billingMail(kind, {
        data: (job.payload.data ?? {}) as Values,
        name: payer.displayName,
        reader: { locale: payer.locale, timeZone: payer.timeZone },
        test: job.payload.provider === "test",
        baseUrl: options.baseUrl,
        planName: (plan) => isPaidPlan(plan) ? options.plans.card(plan).name : plan,
      });
      await options.mailer.send({
        to: payer.email,
        subject: mail.subject,
        ...mailParts(mail, payer.locale),
      });
    },
  };
}
