import type { Mail } from "@/lib/platform/mail.ts";
import { mailOf, type MailParts } from "@/lib/ui/mail_layout.ts";
import { say } from "@/lib/ui/say.ts";
import { mailText } from "@/lib/ui/text/mails.ts";
import type { MailContent, MailKind } from "./mails.ts";

function partsOf(
  kind: MailKind,
  reason: "asked" | "security",
  content: MailContent,
  site: { baseUrl: string; supportEmail: string | undefined },
): MailParts {
  const text: Record<string, string> = mailText(content.locale);
  const fill = (words: string) => say(words, content.values ?? {}, content.locale);
  const label = text[`${kind}_button`] ??
    (kind.startsWith("key_") ? text.keys_button! : text.notice_button!);
  return {
    title: fill(text[kind]!),
    paragraphs: [
      say(text.greeting!, { name: content.name }, content.locale),
      fill(text[`${kind}_text`]!),
      ...(reason === "asked" ? [text.ignore!] : []),
    ],
    button: content.path ? { label, url: `${site.baseUrl}${content.path}` } : null,
    attachment: content.attachment ?? null,
    foot: [
      reason === "asked" ? text.whyAsked! : text.whySecurity!,
      ...(site.supportEmail ? [say(text.support!, { support: site.supportEmail })] : []),
      say(text.settings!, { url: `${site.baseUrl}/settings/notifications` }),
    ],
  };
}

/** A mail about an account in the layout of all mails. */
export function layoutMail(
  kind: MailKind,
  reason: "asked" | "security",
  content: MailContent,
  site: { baseUrl: string; supportEmail: string | undefined },
): Mail {
  return mailOf(partsOf(kind, reason, content, site), content);
}
