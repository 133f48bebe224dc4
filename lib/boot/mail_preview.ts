import { MAIL_KINDS, type MailKind } from "@/lib/accounts/mod.ts";
import { BILLING_NOTICES, billingMail, type BillingNoticeKind } from "@/lib/billing/mod.ts";
import { mailOf } from "@/lib/ui/mail_layout.ts";
import type { Services } from "./services.ts";

const PERSON = { to: "ada@example.org", name: "Ada" };

/** Every kind of mail, with `:test` for the form that test payments give it. */
export function previewKinds(): string[] {
  return [
    ...Object.keys(MAIL_KINDS),
    ...BILLING_NOTICES.flatMap((kind) => [kind, `${kind}:test`]),
  ];
}

/** The HTML of a kind of mail with made-up values, for developers (API-76); null for no kind. */
export function previewMail(
  services: Pick<Services, "accounts" | "plans" | "config" | "clock">,
  wanted: { kind: string; locale: string },
): string | null {
  const { locale } = wanted;
  const now = services.clock.now().toISOString();
  if (Object.hasOwn(MAIL_KINDS, wanted.kind)) {
    const values = {
      hours: "24",
      minutes: "60",
      time: now,
      device: "Firefox on Linux",
      place: "203.0.113.0",
      keys: "",
      email: "ada@example.com",
      key: "My script",
      end: now,
      reason: "A sample reason",
    };
    const content = { ...PERSON, locale, values, path: `/verify-email?token=${"0".repeat(64)}` };
    return services.accounts.mails.render(wanted.kind as MailKind, content).html ?? null;
  }
  const [name, test] = wanted.kind.split(":");
  const kind = BILLING_NOTICES.find((one): one is BillingNoticeKind => one === name);
  if (!kind) return null;
  const parts = billingMail(kind, {
    data: {
      plan: "pro",
      from: "basic",
      until: now,
      amount: 900,
      currency: "usd",
      number: "N-1",
      nextAttemptAt: now,
      resource: "messages",
      percentage: 80,
    },
    name: PERSON.name,
    reader: { locale, timeZone: "UTC" },
    test: test === "test",
    baseUrl: services.config.baseUrl,
    supportEmail: services.config.supportEmail,
    unsubscribe: /^(?:usage_|invoice_)/.test(kind)
      ? `${services.config.baseUrl}/unsubscribe?token=sample`
      : undefined,
    planName: (plan) => services.plans.cards().find((card) => card.plan === plan)?.name ?? plan,
  });
  return mailOf(parts, { to: PERSON.to, locale }).html ?? null;
}
