import type { Clock } from "@/lib/platform/clock.ts";
import type { Sealer } from "@/lib/platform/crypto.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import { errorFields, type Log } from "@/lib/platform/log.ts";
import { type Mail, type Mailer, MailRefused } from "@/lib/platform/mail.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { type Job, type Outbox, PermanentJobError } from "@/lib/platform/outbox.ts";
import { layoutMail } from "./mail_layout.ts";

/** Kind of the job that sends a mail. */
export const MAIL_JOB = "mail.send";

/** Mails of accounts, with whether somebody asked for them or they protect the account. */
export const MAIL_KINDS = {
  verify_email: "asked",
  account_exists: "asked",
  reset_password: "asked",
  password_reset_done: "security",
  password_changed: "security",
  login_locked: "security",
  new_device: "security",
  refresh_reuse: "security",
  email_change: "asked",
  email_changed: "security",
  two_factor_on: "security",
  two_factor_off: "security",
  backup_codes_new: "security",
  recovery_started: "security",
  recovery_done: "security",
  key_made: "security",
  key_rotated: "security",
  key_ending: "security",
  key_paused: "security",
  export_ready: "asked",
  export_failed: "asked",
  deletion_started: "security",
  deletion_done: "security",
  inactive: "security",
  suspended: "security",
  restored: "security",
  grant_opened: "security",
  grant_closed: "security",
  usage_spike: "security",
} as const;
export type MailKind = keyof typeof MAIL_KINDS;

/** What a mail is filled with. */
export interface MailContent {
  to: string;
  /** Display name of the person. */
  name: string;
  locale: string;
  /** Values of the text's placeholders. */
  values?: Record<string, string>;
  /** Where the main button leads: a path of this site. */
  path?: string;
  /** Text that is set apart at the end, such as a receipt. */
  attachment?: string;
}

/** Waits before a mail is tried again, in minutes; afterwards it is given up. */
const WAITS = [1, 5, 15, 60, 180, 360, 720, 1440, 1440];

/** Queues and sends mails. */
export type Mails = ReturnType<typeof createMails>;

/** Mails over the outbox: a mail server that is away costs nobody anything but time. */
export function createMails(options: {
  outbox: Outbox;
  mailer: Mailer;
  seal: Sealer;
  clock: Clock;
  ids: IdSource;
  log: Log;
  metrics: Metrics;
  baseUrl: string;
  supportEmail: string | undefined;
  /** Hears of each mail in its transaction, for those who tell the same in the product. */
  onQueue?: (
    tx: Tx,
    mail: { kind: MailKind; key: string; userId: string; values: Record<string, string> },
  ) => Promise<void>;
  /** Runs work as the system; retries are queued with it. */
  asSystem: <T>(purpose: string, work: (tx: Tx) => Promise<T>) => Promise<T>;
}) {
  const { outbox, mailer, seal, clock } = options;
  const sent = options.metrics.counter("email_sent_total", "Mails by kind and outcome", [
    "type",
    "status",
  ]);

  async function add(
    tx: Tx,
    job: { key: string; kind: MailKind; sealed: string; tries: number; userId?: string },
  ): Promise<void> {
    const wait = job.tries === 0 ? 0 : WAITS[job.tries - 1]! * 60_000;
    await outbox.add(tx, {
      kind: MAIL_JOB,
      key: `mail:${job.key}:${job.tries}`,
      ...(job.userId ? { userId: job.userId } : {}),
      payload: { key: job.key, kind: job.kind, sealed: job.sealed, tries: job.tries },
      runAfter: new Date(clock.now().getTime() + wait),
    });
  }

  const render = (kind: MailKind, content: MailContent): Mail =>
    layoutMail(kind, MAIL_KINDS[kind], content, {
      baseUrl: options.baseUrl,
      supportEmail: options.supportEmail,
    });

  return {
    /** The mail as it is sent; also for previews. */
    render,

    /**
     * Queues a mail in the caller's transaction. Its content is sealed: links in it are secrets.
     * `key` names the mail; the same key is sent once.
     */
    async queue(
      tx: Tx,
      kind: MailKind,
      content: MailContent,
      about: { key?: string; userId?: string } = {},
    ): Promise<void> {
      const sealed = (await seal.seal(JSON.stringify(content))).toBase64();
      const key = about.key ?? `${kind}:${options.ids()}`;
      await add(tx, {
        key,
        kind,
        sealed,
        tries: 0,
        ...(about.userId ? { userId: about.userId } : {}),
      });
      const { userId } = about;
      if (userId) await options.onQueue?.(tx, { kind, key, userId, values: content.values ?? {} });
    },

    /** The handler of {@link MAIL_JOB}. A failure queues another try, for three days. */
    async send(job: Job): Promise<void> {
      const { key, kind, sealed, tries } = job.payload as {
        key: string;
        kind: MailKind;
        sealed: string;
        tries: number;
      };
      const opened = await seal.open(Uint8Array.fromBase64(sealed));
      if (opened === null) throw new PermanentJobError("The mail cannot be opened");
      try {
        const mail = render(kind, JSON.parse(opened) as MailContent);
        await mailer.send({ ...mail, messageId: job.id });
        sent.add(1, { type: kind, status: "sent" });
      } catch (error) {
        if (error instanceof MailRefused) {
          // The address is marked; trying again would bring the same answer.
          sent.add(1, { type: kind, status: "bounced" });
          options.log.warn("mail.bounced", "A mail server refused an address", { kind });
          return;
        }
        if (tries >= WAITS.length) {
          sent.add(1, { type: kind, status: "failed" });
          throw new PermanentJobError("The mail could not be sent for three days");
        }
        sent.add(1, { type: kind, status: "retry" });
        options.log.warn("mail.retry", "A mail could not be sent and is tried again", {
          kind,
          tries: tries + 1,
          ...errorFields(error),
        });
        await options.asSystem("accounts: mail again", (tx) =>
          add(tx, {
            key,
            kind,
            sealed,
            tries: tries + 1,
            ...(job.userId ? { userId: job.userId } : {}),
          }));
      }
    },
  };
}
