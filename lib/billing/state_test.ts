import { expect } from "expect";
import type {
  CustomerState,
  ProviderInvoice,
  ProviderStatus,
  ProviderSubscription,
} from "./types.ts";
import { countingSubscription, isLive, project, UnknownPriceError } from "./state.ts";

const NOW = new Date("2026-03-10T00:00:00.000Z");
const DAY = 86_400_000;
const at = (days: number) => new Date(NOW.getTime() + days * DAY);

const subscription = (change: Partial<ProviderSubscription> = {}): ProviderSubscription => ({
  id: "sub_1",
  customerId: "cus_1",
  userId: null,
  status: "active",
  priceId: "price_basic",
  nextPriceId: null,
  currentPeriodStart: at(0),
  currentPeriodEnd: at(30),
  cancelAtPeriodEnd: false,
  createdAt: at(-60),
  ...change,
});
const invoice = (change: Partial<ProviderInvoice> = {}): ProviderInvoice => ({
  id: "in_1",
  subscriptionId: "sub_1",
  number: null,
  periodStart: null,
  periodEnd: null,
  amount: 900,
  currency: "usd",
  status: "open",
  hostedUrl: null,
  pdfUrl: null,
  attemptCount: 1,
  nextAttemptAt: null,
  failedAt: at(1),
  paidAt: null,
  createdAt: at(0),
  ...change,
});
const planOfPrice = (price: string) =>
  price === "price_basic" ? "basic" as const : price === "price_pro" ? "pro" as const : null;
const of = (subscriptions: ProviderSubscription[], invoices: ProviderInvoice[] = []) =>
  project({ customerId: "cus_1", subscriptions, invoices } as CustomerState, {
    planOfPrice,
    graceDays: 7,
  });

Deno.test("[BIL-40] every state of the provider has its state here", () => {
  const row = (status: ProviderStatus, change: Partial<ProviderSubscription> = {}) => {
    const { plan, status: here, planUntil } = of([subscription({ status, ...change })]);
    return [plan, here, planUntil];
  };
  expect(row("incomplete")).toEqual(["free_trial", "none", null]);
  expect(row("incomplete_expired")).toEqual(["free_trial", "none", null]);
  expect(row("trialing")).toEqual(["basic", "trialing", null]);
  expect(row("active")).toEqual(["basic", "active", null]);
  expect(row("active", { cancelAtPeriodEnd: true })).toEqual(["basic", "active", at(30)]);
  expect(row("past_due")).toEqual(["basic", "past_due", at(7)]);
  expect(row("unpaid")).toEqual(["basic", "past_due", at(0)]);
  expect(row("paused")).toEqual(["basic", "past_due", at(0)]);
  expect(row("canceled")).toEqual(["free_trial", "canceled", null]);
  expect(of([])).toMatchObject({ plan: "free_trial", status: "none", providerStatus: null });
  expect(of([subscription({ status: "incomplete" })]).providerStatus).toBe("incomplete");
  expect(of([subscription({ status: "incomplete_expired" })]).providerStatus).toBeNull();
});

Deno.test("[BIL-41] the grace counts from the first failed attempt of what is still open", () => {
  const late = subscription({ status: "past_due" });
  const until = (...invoices: ProviderInvoice[]) => of([late], invoices).planUntil;
  expect(until(invoice())).toEqual(at(8));
  expect(until(invoice(), invoice({ id: "in_2", failedAt: at(3) }))).toEqual(at(8));
  expect(until(invoice({ status: "uncollectible" }))).toEqual(at(8));
  // Neither paid ones, nor those that did not fail, nor other subscriptions' count.
  expect(until(invoice({ status: "paid" }))).toEqual(at(7));
  expect(until(invoice({ failedAt: null }))).toEqual(at(7));
  expect(until(invoice({ subscriptionId: "sub_2" }))).toEqual(at(7));
  const bare = subscription({ status: "past_due", currentPeriodStart: null });
  expect(of([bare]).planUntil).toEqual(at(-53));
});

Deno.test("[BIL-5] a price of no plan is an error where it would grant one, and none where nothing is live", () => {
  for (const priceId of ["price_of_a_friend", null]) {
    expect(() => of([subscription({ priceId })])).toThrow(UnknownPriceError);
    expect(of([subscription({ priceId, status: "canceled" })]).status).toBe("canceled");
    expect(of([subscription({ priceId, status: "incomplete" })]).status).toBe("none");
  }
});

Deno.test("[BIL-13] a smaller plan that follows is known, and an unknown one is not shown", () => {
  const down = (nextPriceId: string) =>
    of([subscription({ priceId: "price_pro", nextPriceId })]).nextPlan;
  expect(down("price_basic")).toBe("basic");
  expect(down("price_of_a_friend")).toBeNull();
});

Deno.test("[BIL-25] of several subscriptions a live one counts before an ended one, then the newest", () => {
  const old = subscription({ id: "sub_a", createdAt: at(-90) });
  const ended = subscription({ id: "sub_b", status: "canceled", createdAt: at(-1) });
  const fresh = subscription({ id: "sub_c", createdAt: at(-2) });
  const never = subscription({ id: "sub_d", status: "incomplete", createdAt: at(0) });
  const twin = subscription({ id: "sub_e", createdAt: at(-2) });
  const chosen = (...all: ProviderSubscription[]) => countingSubscription(all)?.id ?? null;
  expect(chosen(old, ended)).toBe("sub_a");
  expect(chosen(ended, old, fresh, never)).toBe("sub_c");
  expect(chosen(ended, never)).toBe("sub_b");
  expect(chosen(never)).toBeNull();
  expect(chosen(fresh, twin)).toBe("sub_e");
  expect(chosen(twin, fresh)).toBe("sub_e");
  expect(["active", "canceled", "incomplete", "paused"].map(isLive)).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
