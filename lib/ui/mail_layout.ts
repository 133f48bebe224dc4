import type { Mail } from "@/lib/platform/mail.ts";
import { mailText } from "./text/mails.ts";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string) => text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);
/** Addresses in a line of the foot can be pressed; the words around them are text. */
const linked = (text: string) =>
  text.split(/(https?:\/\/[^\s<>"']+)/).map((part, i) =>
    i % 2 ? `<a href="${escape(part)}">${escape(part)}</a>` : escape(part)
  ).join("");

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
  .out,.small a{word-break:break-all}
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

/** What stands in a mail, in order; everything is plain text. */
export interface MailParts {
  /** Subject and heading. */
  title: string;
  paragraphs: string[];
  button: { label: string; url: string } | null;
  /** Text that is set apart at the end, such as a receipt. */
  attachment: string | null;
  /** Why somebody receives it, where help is, where to change it. */
  foot: string[];
}

/** One layout for all mails (API-76): text and HTML that say the same, nothing loaded from afar. */
export function mailOf(parts: MailParts, reader: { to: string; locale: string }): Mail {
  const text = [
    mailText(reader.locale).product,
    "",
    ...parts.paragraphs.flatMap((paragraph) => [paragraph, ""]),
    ...(parts.button ? [`${parts.button.label}:`, parts.button.url, ""] : []),
    ...(parts.attachment ? [parts.attachment, ""] : []),
    "--",
    ...parts.foot,
  ].join("\n");
  return { to: reader.to, subject: parts.title, text, html: htmlOf(parts, reader.locale) };
}

function htmlOf(parts: MailParts, locale: string): string {
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
${parts.foot.map((text) => `<p class="small">${linked(text)}</p>`).join("\n")}
</div>
</body>
</html>
`;
}
