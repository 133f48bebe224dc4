import { expect } from "expect";
import { readEvent, readInvoice, readSubscription, subjectOf } from "./shapes.ts";

const at = (seconds: number) => new Date(seconds * 1000);
const RAW = {
  id: "sub_1",
  customer: "cus_1",
  status: "active",
  metadata: { user_id: "u" },
  items: { data: [{ price: { id: "p1" }, current_period_start: 10, current_period_end: 20 }] },
  cancel_at_period_end: false,
  created: 5,
};

Deno.test("[BIL-25] a subscription is read in the form of newer and of former versions", () => {
  expect(readSubscription(RAW)).toMatchObject({
    id: "sub_1",
    customerId: "cus_1",
    userId: "u",
    priceId: "p1",
    nextPriceId: null,
    currentPeriodStart: at(10),
    currentPeriodEnd: at(20),
    createdAt: at(5),
  });
  const former = {
    ...RAW,
    customer: { id: "cus_2", object: "customer" },
    metadata: null,
    items: { data: [{ price: { id: "p1" } }] },
    current_period_start: 1,
    current_period_end: 2,
  };
  expect(readSubscription(former)).toMatchObject({
    customerId: "cus_2",
    userId: null,
    currentPeriodStart: at(1),
    currentPeriodEnd: at(2),
  });
  const empty = readSubscription({ ...RAW, customer: null, items: { data: [] } });
  expect(empty).toMatchObject({ customerId: "", priceId: null, currentPeriodEnd: null });
  expect(() => readSubscription({ ...RAW, status: "of tomorrow" })).toThrow();
});

Deno.test("[BIL-13] the price of the last phase of a schedule follows, where it is another one", () => {
  const next = (schedule: unknown) => readSubscription({ ...RAW, schedule }).nextPriceId;
  const phase = (price: unknown) => ({ start_date: 1, items: [{ price }] });
  expect(next({ phases: [phase("p1"), phase("p2")] })).toBe("p2");
  expect(next({ phases: [phase("p1"), phase({ id: "p2" })] })).toBe("p2");
  expect(next({ phases: [phase("p1")] })).toBeNull();
  expect(next({ phases: [] })).toBeNull();
  expect(next("sched_1")).toBeNull();
  expect(next(null)).toBeNull();
});

const INVOICE = { id: "in_1", total: 900, currency: "USD", created: 7, status: "paid" };

Deno.test("[BIL-9] an invoice is read with its period, links and failed attempts", () => {
  expect(readInvoice(INVOICE)).toMatchObject({
    status: "paid",
    currency: "usd",
    failedAt: null,
    subscriptionId: null,
    periodStart: null,
    hostedUrl: null,
  });
  const full = readInvoice({
    ...INVOICE,
    status: "open",
    attempt_count: 1,
    next_payment_attempt: 99,
    status_transitions: { finalized_at: 8, paid_at: null },
    parent: { subscription_details: { subscription: "sub_1" } },
    lines: { data: [{ period: { start: 1, end: 2 } }, { period: { start: 3, end: 4 } }] },
    hosted_invoice_url: "https://invoice.example/1",
    invoice_pdf: "javascript:alert(1)",
  });
  expect(full).toMatchObject({
    failedAt: at(8),
    nextAttemptAt: at(99),
    subscriptionId: "sub_1",
    periodStart: at(3),
    periodEnd: at(4),
    hostedUrl: "https://invoice.example/1",
    pdfUrl: null,
  });
  const former = readInvoice({
    ...INVOICE,
    subscription: { id: "sub_2" },
    period_start: 1,
    period_end: 2,
  });
  expect(former).toMatchObject({ subscriptionId: "sub_2", periodStart: at(1), periodEnd: at(2) });
  // Paid at the first attempt it never failed; at the second it did.
  expect(readInvoice({ ...INVOICE, attempt_count: 1 }).failedAt).toBeNull();
  expect(readInvoice({ ...INVOICE, attempt_count: 2 }).failedAt).toEqual(at(7));
  expect(readInvoice({ ...INVOICE, status: null }).status).toBe("draft");
  expect(readInvoice({ ...INVOICE, invoice_pdf: "/own/path" }).pdfUrl).toBe("/own/path");
});

Deno.test("[BIL-6] an event names customer, subscription and account by their ids alone", () => {
  const event = (type: string, object: Record<string, unknown>) =>
    subjectOf(
      readEvent({
        id: "evt",
        object: "event",
        type,
        created: 1,
        livemode: false,
        data: { object },
      }),
    );
  expect(
    event("customer.subscription.updated", {
      id: "sub_1",
      customer: "cus_1",
      metadata: { user_id: "u" },
    }),
  )
    .toEqual({ customerId: "cus_1", subscriptionId: "sub_1", userId: "u" });
  expect(event("invoice.payment_failed", {
    id: "in_1",
    customer: { id: "cus_1" },
    parent: { subscription_details: { subscription: "sub_1", metadata: { user_id: "u" } } },
    customer_email: "ada@example.org",
  })).toEqual({ customerId: "cus_1", subscriptionId: "sub_1", userId: "u" });
  expect(event("invoice.payment_failed", { id: "in_1", subscription: "sub_2", parent: null }))
    .toEqual({ customerId: null, subscriptionId: "sub_2", userId: null });
  expect(
    event("checkout.session.completed", {
      subscription: null,
      client_reference_id: "u",
      customer: 7,
    }),
  )
    .toEqual({ customerId: null, subscriptionId: null, userId: "u" });
});
