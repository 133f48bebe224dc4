import { HANDLED_EVENTS } from "../types.ts";

/** Whom the fixtures are about; without names they are about nobody who is here. */
export interface FixtureSubject {
  customer?: string;
  subscription?: string;
  userId?: string;
  at: Date;
}

/** One event of every type that is acted upon, in the shape in which the provider sends it. */
export function fixtures(subject: FixtureSubject): { type: string; body: string }[] {
  const { customer = "cus_fixture", subscription = "sub_fixture", userId = "nobody" } = subject;
  const created = Math.floor(subject.at.getTime() / 1000);
  const metadata = { user_id: userId };
  const objects: Record<string, Record<string, unknown>> = {
    customer: {
      id: subscription,
      object: "subscription",
      customer,
      status: "active",
      metadata,
      items: { data: [{ id: "si_fixture", price: { id: "price_fixture" } }] },
      cancel_at_period_end: false,
      created,
    },
    invoice: {
      id: "in_fixture",
      object: "invoice",
      customer,
      total: 900,
      currency: "usd",
      created,
      parent: { subscription_details: { subscription, metadata } },
    },
    checkout: {
      id: "cs_fixture",
      object: "checkout.session",
      customer,
      subscription,
      client_reference_id: userId,
      metadata,
    },
  };
  return HANDLED_EVENTS.map((type) => ({
    type,
    body: JSON.stringify({
      id: `evt_fixture_${type.replaceAll(".", "_")}_${created}`,
      object: "event",
      api_version: "2026-10-28.endive",
      created,
      livemode: false,
      type,
      data: { object: objects[type.split(".")[0]!] },
    }),
  }));
}
