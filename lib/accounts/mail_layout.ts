import type { Mail } from "@/lib/platform/mail.ts";
import { say } from "@/lib/ui/say.ts";
import { mailText } from "@/lib/ui/text/mails.ts";
import type { MailContent, MailKind } from "./mails.ts";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string) => text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);

/** Colours that keep their contrast on both grounds (UI-2). */
const STYLE = `
  body{margin:0;padding:24px 16px;background:#f5f4f0;color:#24231f;
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
  .sheet{max-width:520px;margin:0 auto;background:#fff;border-radius:14px;padding:28px 24px}
  .brand{font-weight:650;letter-spacing:-.01em;font-size:17px}
  .mark{display:inline-block;width:12px;height:12px;border:3px solid #4b4acf;border-radius:50%;
    margin-right:8px;vertical-align:-2px}
  h1{font-size:22px;line-height:1.25;margin:22px 0 10px;font-weight:650}
  p{margin:0 0 14px}
  .button{display:inline-block;background:#4b4acf;color:#fff;text-decoration:none;font-weight:600;
    padding:12px 20px;border-radius:10px}
  .small{font-size:13px;color:#5c5a52}
  .out{word-break:break-all}
  pre{white-space:pre-wrap;word-break:break-all;font-size:12px;background:#f5f4f0;padding:12px;
    border-radius:8px}
  hr{border:0;border-top:1px solid #dddad0;margin:22px 0 16px}
  @media (prefers-color-scheme:dark){
    body{background:#171713;color:#eceae2}
    .sheet{background:#22211c}
    .button{background:#a9a8ff;color:#16153a}
    .mark{border-color:#a9a8ff}
    .small{color:#b5b2a6}
    pre{background:#171713}
    hr{border-color:#3a382f}
    a{color:#a9a8ff}
  }`;

/** What stands in a mail, in order. */
interface Parts {
  title: string;
  paragraphs: string[];
  button: { label: string; url: string } | null;
  attachment: string | null;
  foot: string[];
}

function partsOf(
  kind: MailKind,
  reason: "asked" | "security",
  content: MailContent,
  site: { baseUrl: string; supportEmail: string | undefined },
): Parts {
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

/** One layout for all mails (API-76): text and HTML that say the same, nothing loaded from afar. */
export function layoutMail(
  kind: MailKind,
  reason: "asked" | "security",
  content: MailContent,
  site: { baseUrl: string; supportEmail: string | undefined },
): Mail {
  const words = mailText(content.locale);
  const parts = partsOf(kind, reason, content, site);
  const text = [
    words.product,
    "",
    ...parts.paragraphs.flatMap((paragraph) => [paragraph, ""]),
    ...(parts.button ? [`${parts.button.label}:`, parts.button.url, ""] : []),
    ...(parts.attachment ? [parts.attachment, ""] : []),
    "--",
    ...parts.foot,
  ].join("\n");
  return { to: content.to, subject: parts.title, text, html: htmlOf(parts, content.locale) };
}

function htmlOf(parts: Parts, locale: string): string {
  const words = mailText(locale);
  const paragraph = (text: string, kind = "") => `<p${kind}>${escape(text)}</p>`;
  const button = parts.button
    ? `<p><a class="button" href="${escape(parts.button.url)}">${
      escape(parts.button.label)
    }</a></p>` +
      paragraph(words.writtenOut, ' class="small"') +
      `<p class="small out">${escape(parts.button.url)}</p>`
    : "";
  return `<!doctype html>
<html lang="${escape(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escape(parts.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="sheet">
<div class="brand"><span class="mark"></span>${escape(words.product)}</div>
<h1>${escape(parts.title)}</h1>
${parts.paragraphs.map((text) => paragraph(text)).join("\n")}
${button}
${parts.attachment ? `<pre>${escape(parts.attachment)}</pre>` : ""}
<hr>
${parts.foot.map((text) => paragraph(text, ' class="small"')).join("\n")}
</div>
</body>
</html>
`;
}
