import { expect } from "expect";
import { layoutMail } from "./mail_layout.ts";
import { MAIL_KINDS, type MailKind } from "./mails.ts";

const SITE = { baseUrl: "https://nova.example.org", supportEmail: "help@example.org" };
const VALUES = Object.fromEntries(
  "hours minutes time device place keys email key end reason".split(" ").map((name) => [
    name,
    `<${name}>`,
  ]),
);
const HOSTILE = `Eve"><script>alert(1)</script>\r\nBcc: everyone@example.org`;

const render = (kind: MailKind, name: string) =>
  layoutMail(kind, MAIL_KINDS[kind], {
    to: "ada@example.org",
    name,
    locale: "en",
    values: VALUES,
    path: "/settings/history?a=1&b=2",
  }, SITE);

Deno.test("[API-76] every kind of mail has both parts, the address of its button, and nothing from afar", () => {
  for (const kind of Object.keys(MAIL_KINDS) as MailKind[]) {
    const mail = render(kind, "Ada");
    const where = `${kind}: ${mail.subject}`;
    expect(where).not.toMatch(/[{}]|undefined/);
    expect(mail.text).toContain("https://nova.example.org/settings/history?a=1&b=2");
    expect(mail.html).toContain('href="https://nova.example.org/settings/history?a=1&amp;b=2"');
    expect(mail.text).toContain("help@example.org");
    expect(mail.text).not.toMatch(/\{\w+\}|undefined/);
    expect(mail.html).toContain('<html lang="en">');
    expect(mail.html).not.toMatch(/<script|<form|<img|src=|@import|url\(/);
    expect(new TextEncoder().encode(mail.html).length).toBeLessThan(60 * 1024);
  }
});

Deno.test("[API-76] names and values are escaped, and never become a header", () => {
  for (const kind of Object.keys(MAIL_KINDS) as MailKind[]) {
    const mail = render(kind, HOSTILE);
    expect(mail.html).not.toContain("<script>");
    expect(mail.html).toContain("&lt;script&gt;");
    expect(mail.html).not.toMatch(/<(?:time|device|email|key)>/);
    expect(mail.subject).not.toMatch(/[\r\n]|Eve/);
  }
});
