import { correlationId, type Log } from "./log.ts";

/** A mail to be sent. Both parts say the same. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html?: string;
  /**
   * Where mails of this kind are ended with one press (RFC 8058); only for mails that somebody can
   * do without.
   */
  unsubscribe?: string;
  /** Names this mail for good, so that a mail sent twice can be told; part of `Message-ID`. */
  messageId?: string;
}

/** A mail as the development mailbox keeps it. */
export interface KeptMail extends Mail {
  id: string;
  at: string;
}

/** Sends mails. Callers queue them through the outbox; this is the last step. */
export interface Mailer {
  /** Whether mails leave the machine or stay in the development mailbox. */
  readonly kind: "smtp" | "mailbox";
  send(mail: Mail): Promise<void>;
  /** The newest mails of the development mailbox, newest first; empty with a mail server. */
  kept(): Promise<KeptMail[]>;
}

/** The server of an address wants no mail for it, now or later. */
export class MailRefused extends Error {
  override readonly name = "MailRefused";
}

/** Whether an error says for good that a recipient is none (RFC 5321, 4.2.1). */
function isRefusal(error: unknown): boolean {
  const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
  return code === "EENVELOPE" && typeof responseCode === "number" && responseCode >= 500;
}

/** A header may hold no line break or other control character: it would start another header. */
function assertHeader(text: string): void {
  const control = [...text].some((char) => char < " " || char === "\u007f");
  if (control) throw new Error("A mail header holds control characters");
}

/** The name of a mail, with the correlation id that joins it to the log. */
function messageIdOf(id: string, domain: string): string {
  const correlation = correlationId()?.replace(/[^A-Za-z0-9-]/g, "-");
  return `<${correlation ? `${id}.${correlation}` : id}@${domain}>`;
}

/** Mail through an SMTP server; the library is loaded with the first mail. */
export function smtpMailer(options: { url: string; from: string }): Mailer {
  return {
    kind: "smtp",
    async send(mail) {
      assertHeader(mail.to);
      assertHeader(mail.subject);
      const { createTransport } = await import("nodemailer");
      const transport = createTransport(options.url);
      try {
        const { messageId, unsubscribe, ...rest } = mail;
        const domain = /@([\w.-]+)/.exec(options.from)?.[1] ?? "localhost";
        await transport.sendMail({
          from: options.from,
          ...rest,
          ...(unsubscribe ? { headers: unsubscribeHeaders(unsubscribe) } : {}),
          ...(messageId ? { messageId: messageIdOf(messageId, domain) } : {}),
        });
      } catch (error) {
        if (!isRefusal(error)) throw error;
        throw new MailRefused("The mail server refused the recipient", { cause: error });
      } finally {
        transport.close();
      }
    },
    kept: () => Promise.resolve([]),
  };
}

/** A mail program offers one press only where the address is safe from readers on the way. */
export function unsubscribeHeaders(url: string): Record<string, string> {
  assertHeader(url);
  return {
    "List-Unsubscribe": `<${url}>`,
    ...(url.startsWith("https://")
      ? { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }
      : {}),
  };
}

/** How many mails the development mailbox keeps. */
const MAX_KEPT = 200;

/** Mail into a folder of JSON files, readable at `/dev/mail` while developing. */
export function mailboxMailer(options: {
  folder: string;
  now: () => Date;
  id: () => string;
  log: Log;
}): Mailer {
  const names = async () => {
    try {
      return (await Array.fromAsync(Deno.readDir(options.folder)))
        .map((entry) => entry.name).filter((name) => name.endsWith(".json")).sort().reverse();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  };
  return {
    kind: "mailbox",
    async send(mail) {
      assertHeader(mail.to);
      assertHeader(mail.subject);
      await Deno.mkdir(options.folder, { recursive: true, mode: 0o700 });
      const id = options.id();
      const kept: KeptMail = { ...mail, id, at: options.now().toISOString() };
      await Deno.writeTextFile(`${options.folder}/${id}.json`, JSON.stringify(kept), {
        mode: 0o600,
      });
      for (const old of (await names()).slice(MAX_KEPT)) {
        await Deno.remove(`${options.folder}/${old}`);
      }
      options.log.info("mail.kept", "A mail is in the development mailbox at /dev/mail");
    },
    async kept() {
      const files = (await names()).slice(0, MAX_KEPT);
      return await Promise.all(
        files.map(async (name) =>
          JSON.parse(await Deno.readTextFile(`${options.folder}/${name}`)) as KeptMail
        ),
      );
    },
  };
}
