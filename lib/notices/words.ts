import { formatDateTime, formatMoney, formatPercent, type Reader } from "@/lib/ui/format.ts";
import { say } from "@/lib/ui/say.ts";
import { billingMailText } from "@/lib/ui/text/billing_mails.ts";
import { mailText } from "@/lib/ui/text/mails.ts";
import { noticesText } from "@/lib/ui/text/notices.ts";
import type { Notice, Topic } from "./schema.ts";
import type { NoticeRow } from "./store.ts";

/** Kinds of account mails that are told here too begin so, for example `account_new_device`. */
export const ACCOUNT_PREFIX = "account_";

/** Where the kinds about an account lead; the others lead to the security history. */
const ACCOUNT_PAGES: Record<string, string> = {
  new_device: "/settings/devices",
  refresh_reuse: "/settings/devices",
  key_made: "/settings/keys",
  key_rotated: "/settings/keys",
  key_ending: "/settings/keys",
  key_paused: "/settings/keys",
  two_factor_on: "/settings/security",
  two_factor_off: "/settings/security",
  backup_codes_new: "/settings/security",
  export_ready: "/settings/data",
  export_failed: "/settings/data",
  grant_opened: "/settings/privacy",
  grant_closed: "/settings/privacy",
  usage_spike: "/usage",
};

/** What words may need beside the notice itself. */
export interface NoticeReader extends Reader {
  planName: (plan: string) => string;
}

/** A stored notice in words (UI-44): the same as in the mail that went out with it. Pure. */
export function noticeView(row: NoticeRow, reader: NoticeReader): Notice {
  const told = wordsOf(row, reader);
  return {
    id: row.id,
    kind: row.kind,
    ...told,
    createdAt: row.createdAt.toISOString(),
    readAt: row.readAt?.toISOString() ?? null,
  };
}

function wordsOf(
  row: NoticeRow,
  reader: NoticeReader,
): Pick<Notice, "topic" | "title" | "text" | "href"> {
  const text: Record<string, string> = noticesText(reader.locale);
  if (row.kind === "memory_proposal") {
    return {
      topic: "proposal",
      title: text.memory_proposal!,
      text: text.memory_proposal_text!,
      href: "/memory/proposals",
    };
  }
  if (row.kind === "memory_demotion") {
    return {
      topic: "proposal",
      title: text.memory_demotion!,
      text: text.memory_demotion_text!,
      href: "/memory?tier=itm",
    };
  }
  if (row.kind === "test") {
    return {
      topic: "test",
      title: text.test!,
      text: text.test_text!,
      href: "/settings/notifications",
    };
  }
  if (row.kind.startsWith(ACCOUNT_PREFIX)) return accountWords(row, reader);
  return billingWords(row, reader);
}

function accountWords(row: NoticeRow, reader: NoticeReader) {
  const text = noticesText(reader.locale);
  const mails: Record<string, string> = mailText(reader.locale);
  const kind = row.kind.slice(ACCOUNT_PREFIX.length);
  const isData = kind.startsWith("export_");
  const what = row.data.device ?? row.data.key;
  const topic: Topic = isData ? "account" : "security";
  return {
    topic,
    title: mails[kind] ?? text.other,
    text: isData
      ? kind === "export_ready" ? text.export_ready_text : mails.export_failed_text!
      : what
      ? say(text.security_text, { what: `${what}. ` })
      : text.security_plain,
    href: ACCOUNT_PAGES[kind] ?? "/settings/history",
  };
}

function billingWords({ kind, data }: NoticeRow, reader: NoticeReader) {
  const text: Record<string, string> = billingMailText(reader.locale);
  const isUsage = kind.startsWith("usage_");
  const moment = (value: unknown) => typeof value === "string" ? formatDateTime(value, reader) : "";
  const plan = (value: unknown) => typeof value === "string" ? reader.planName(value) : "";
  const values = {
    plan: plan(data.plan),
    from: plan(data.from),
    until: moment(data.until),
    amount: typeof data.amount === "number"
      ? formatMoney(data.amount, String(data.currency).toUpperCase(), reader)
      : "",
    next: moment(data.nextAttemptAt) || text.noNextAttempt!,
    number: String(data.number ?? ""),
    what: text[`what_${data.resource}`] ?? "",
    percent: typeof data.percentage === "number" ? formatPercent(data.percentage, reader) : "",
  };
  const topic: Topic = isUsage ? "usage" : "plan";
  const title = say(
    text[`${kind}_subject`] ?? noticesText(reader.locale).other,
    values,
    reader.locale,
  );
  const told = say(text[`${kind}_text`] ?? "", values, reader.locale);
  return {
    topic,
    title,
    // Some mails say no more than their subject.
    text: told === `${title}.` ? "" : told,
    href: isUsage ? "/usage" : kind === "invoice_paid" ? "/billing/invoices" : "/billing",
  };
}
