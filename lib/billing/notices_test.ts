import { expect } from "expect";
import { type FormerState, noticesFor } from "./notices.ts";
import { NO_SUBSCRIPTION, project } from "./state.ts";
import type { CustomerState, ProviderInvoice, ProviderSubscription } from "./types.ts";
import { mailOf } from "@/lib/ui/mail_layout.ts";
import { billingMail } from "./mails.ts";
import { BILLING_NOTICES } from "./notices.ts";
import { checkEndpoints } from "./check.ts";
import { HANDLED_EVENTS, RECORDED_EVENTS } from "./types.ts";
import { addMonth } from "./test_provider.ts";
import { anyReader } from "@/lib/ui/format.ts";

const NOW = new Date("2026-03-10T00:00:00.000Z");
const at = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
const planOfPrice = (price: string) => price === "basic" || price === "pro" ? price : null;

function customer(
  change: Partial<ProviderSubscription> = {},
  invoices: Partial<ProviderInvoice>[] = [],
): CustomerState {
  return {
    customerId: "cus",
    subscriptions: [{
      id: "sub",
      customerId: "cus",
      userId: null,
      status: "active",
      priceId: "basic",
      nextPriceId: null,
      currentPeriodStart: at(0),
      currentPeriodEnd: at(30),
      cancelAtPeriodEnd: false,
      createdAt: at(0),
      ...change,
    }],
    invoices: invoices.map((invoice, i) => ({
      id: `in_${i}`,
      subscriptionId: "sub",
      number: null,
      periodStart: null,
      periodEnd: null,
      amount: 900,
      currency: "usd",
      status: "paid",
      hostedUrl: null,
      pdfUrl: null,
      attemptCount: 1,
      nextAttemptAt: null,
      failedAt: null,
      paidAt: null,
      createdAt: at(0),
      ...invoice,
    })),
  };
}

const NEW: FormerState = { subscriptionId: null, plan: "free_trial", status: "none" };
function told(state: CustomerState, former = NEW, now = NOW) {
  const projected = project(state, { planOfPrice, graceDays: 7 });
  return noticesFor(state, { former, state: projected, planOfPrice, now })
    .map(({ kind, cause }) => `${kind} ${cause}`);
}

Deno.test("[BIL-45] each fact is told, once per cause", () => {
  expect(told(customer())).toEqual(["subscription_started sub"]);
  expect(told(customer({ status: "incomplete" }))).toEqual([]);
  const basic = { subscriptionId: "sub", plan: "basic", status: "active" };
  expect(told(customer({ priceId: "pro" }), basic)).toEqual([
    "subscription_started sub",
    `plan_changed sub:basic:pro:${at(0).toISOString()}`,
  ]);
  expect(told(customer({ cancelAtPeriodEnd: true }), basic)).toContain(
    `cancellation_scheduled sub:${at(30).toISOString()}`,
  );
  expect(told(customer({ status: "canceled" }), basic)).toEqual([
    "subscription_started sub",
    "subscription_ended sub",
  ]);
});

Deno.test("[BIL-45] invoices tell of failure, recovery and payment", () => {
  const kinds = (invoice: Partial<ProviderInvoice>) =>
    told(customer({ createdAt: at(-90) }, [invoice]));
  expect(kinds({})).toEqual(["invoice_paid in_0"]);
  expect(kinds({ amount: 0 })).toEqual([]);
  expect(kinds({ failedAt: at(0) })).toEqual(["payment_recovered in_0", "invoice_paid in_0"]);
  expect(kinds({ status: "open", failedAt: at(0) })).toEqual(["payment_failed in_0"]);
  expect(kinds({ status: "open" })).toEqual([]);
});

Deno.test("what happened long ago is no news for an installation that is connected anew", () => {
  const old = customer({ createdAt: at(-90), status: "canceled" }, [{ createdAt: at(-90) }]);
  expect(told(old)).toEqual([]);
  // But an end that is seen happening is, however old the subscription.
  expect(told(old, { subscriptionId: "sub", plan: "pro", status: "active" })).toEqual([
    "subscription_ended sub",
  ]);
  expect(noticesFor({ customerId: "cus", subscriptions: [], invoices: [] }, {
    former: NEW,
    state: NO_SUBSCRIPTION,
    planOfPrice,
    now: NOW,
  })).toEqual([]);
  const unpriced = customer({ status: "canceled", priceId: null, currentPeriodEnd: null });
  expect(told(unpriced)).toEqual(["subscription_started sub", "subscription_ended sub"]);
});

Deno.test("[BIL-2] every mail has whole words in both parts, escapes names, and says when it is a test", () => {
  const data = {
    plan: "pro",
    from: "basic",
    until: NOW.toISOString(),
    amount: 900,
    currency: "usd",
    number: "N-1",
    nextAttemptAt: null,
    resource: "messages",
    percentage: 80,
  };
  for (const kind of BILLING_NOTICES) {
    for (const test of [true, false]) {
      const mail = billingMail(kind, {
        data,
        name: "<b>Ada & co</b>",
        reader: anyReader,
        test,
        baseUrl: "https://nova.example",
        supportEmail: "help@nova.example",
        planName: (plan) => plan.toUpperCase(),
      });
      const { subject, text, html } = mailOf(mail, { to: "ada@example.org", locale: "en" });
      expect(`${subject} ${text}`).not.toMatch(/[{}]|undefined|null/);
      expect(subject.startsWith("Test payment: ")).toBe(test);
      expect(text.includes("No money moved")).toBe(test);
      expect(html).toContain("&lt;b&gt;Ada &amp; co&lt;/b&gt;");
      expect(html).not.toContain("<b>Ada");
      expect(text).toContain("https://nova.example/");
      // The layout of all mails: mark, support and settings.
      expect(html).toContain('<div class="brand">');
      expect(text).toContain("help@nova.example");
      expect(text).toContain("https://nova.example/settings/notifications");
    }
  }
});

Deno.test("[BIL-32] an endpoint is checked for its presence, state, mode and types of events", () => {
  const url = "https://nova.example/api/billing/webhook";
  const events: string[] = [...HANDLED_EVENTS];
  const good = { id: "we_1", url, enabled: true, events, live: true };
  const found = (change: Partial<typeof good>) =>
    checkEndpoints([{ ...good, ...change }], { url, live: true }).map(({ finding }) => finding);
  expect(found({})).toEqual([]);
  expect(found({ url: "https://elsewhere.example" })).toEqual(["missing"]);
  expect(found({ enabled: false })).toEqual(["disabled"]);
  expect(found({ live: false })).toEqual(["wrong_mode"]);
  expect(checkEndpoints([good], { url, live: false })).toHaveLength(1);
  expect(found({ events: HANDLED_EVENTS.slice(1) })).toEqual(["events_missing"]);
  expect(found({ events: [...HANDLED_EVENTS, ...RECORDED_EVENTS] })).toEqual([]);
  expect(found({ events: ["*"] })).toEqual(["events_surplus"]);
  expect(found({ events: [...HANDLED_EVENTS, "customer.created"] })).toEqual(["events_surplus"]);
});

Deno.test("[RD-7] a month later is the same day, or the last one of a shorter month", () => {
  const month = (iso: string) => new Date(addMonth(Date.parse(iso) / 1000) * 1000).toISOString();
  expect(month("2026-01-15T10:00:00.000Z")).toBe("2026-02-15T10:00:00.000Z");
  expect(month("2026-01-31T10:00:00.000Z")).toBe("2026-02-28T10:00:00.000Z");
  expect(month("2028-01-31T10:00:00.000Z")).toBe("2028-02-29T10:00:00.000Z");
  expect(month("2026-12-31T23:59:59.000Z")).toBe("2027-01-31T23:59:59.000Z");
});
