import type { Clock } from "@/lib/platform/clock.ts";
import { purposeKey } from "@/lib/platform/crypto.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createOutbox } from "@/lib/platform/outbox.ts";
import { createInbox, EVENT_JOB } from "@/lib/billing/inbox.ts";
import { createPrices } from "@/lib/billing/prices.ts";
import { createReconcile } from "@/lib/billing/reconcile.ts";
import { signEvent } from "@/lib/billing/signature.ts";
import { createSync } from "@/lib/billing/sync.ts";
import { type PaymentProvider, ProviderError } from "@/lib/billing/types.ts";
import { usageOver } from "./usage.ts";

/** Secrets of the endpoint while one is being replaced. */
export const SECRETS = ["whsec_new_new_new_new_new", "whsec_old_old_old_old_old"];

/** A provider whose answers a test sets. */
export interface FakeProvider extends PaymentProvider {
  states: Map<string, Awaited<ReturnType<PaymentProvider["customerState"]>>>;
  /** What the next calls do instead of answering. */
  faults: ProviderError[];
  calls: number;
}

/** A provider without a network. */
export function fakeProvider(): FakeProvider {
  const refuse = () => Promise.reject(new ProviderError("rejected", "Not part of this test"));
  const provider: FakeProvider = {
    name: "stripe",
    webhookSecrets: SECRETS,
    live: false,
    states: new Map(),
    faults: [],
    calls: 0,
    createCustomer: refuse,
    checkout: refuse,
    portal: refuse,
    change: refuse,
    cancel: refuse,
    reactivate: refuse,
    customerOf: (id) =>
      Promise.resolve(
        [...provider.states.values()]
          .find((state) => state.subscriptions.some((one) => one.id === id))?.customerId ?? null,
      ),
    customerState(customerId) {
      provider.calls++;
      const fault = provider.faults.shift();
      if (fault) return Promise.reject(fault);
      return Promise.resolve(
        structuredClone(
          provider.states.get(customerId) ?? { customerId, subscriptions: [], invoices: [] },
        ),
      );
    },
    invoiceOfPayment: (id) => Promise.resolve(id.startsWith("pi_") ? id.slice(3) : null),
    prices: () => Promise.resolve([]),
    endpoints: () => Promise.resolve([]),
  };
  return provider;
}

/** Inbox and comparison over a test database and a provider without a network. */
export function billingOver(options: { db: Database; clock: Clock; ids: IdSource }) {
  const { db, clock, ids } = options;
  const { entitlements, metrics, plans } = usageOver(options);
  const provider = fakeProvider();
  const outbox = createOutbox({ db, clock, ids, log: silentLog, metrics, jitter: () => 0 });
  const parts = {
    db,
    clock,
    ids,
    log: silentLog,
    metrics,
    outbox,
    entitlements,
    provider,
    prices: createPrices({ basic: ["price_basic", "price_basic_2025"], pro: ["price_pro"] }),
    graceDays: 7,
    cursorKey: purposeKey("a".repeat(32), "cursor"),
  };
  const sync = createSync(parts);
  const inbox = createInbox({ ...parts, sync });
  const reconcile = createReconcile({ ...parts, sync });

  /** Runs the jobs of stored events that are due. */
  async function work(): Promise<void> {
    while (true) {
      const due = await db.asSystem(
        "test",
        (tx) =>
          tx<{ id: string; payload: { eventId: string } }[]>`
          update jobs set state = 'done' where id in (select id from jobs
            where kind = ${EVENT_JOB} and state = 'queued' and run_after <= ${clock.now()}
            order by run_after, id)
          returning id, payload`,
      );
      if (due.length === 0) return;
      for (const job of due) await inbox.run(job);
    }
  }

  return { ...parts, plans, sync, inbox, reconcile, work };
}

/** An event as bytes with its header. */
export async function delivery(
  event: {
    id: string;
    type: string;
    object: Record<string, unknown>;
    created: Date;
    livemode?: boolean;
  },
  options: { at: Date; secret?: string },
): Promise<{ body: Uint8Array<ArrayBuffer>; header: string }> {
  const payload = JSON.stringify({
    id: event.id,
    object: "event",
    api_version: "2026-10-28",
    created: Math.floor(event.created.getTime() / 1000),
    livemode: event.livemode ?? false,
    type: event.type,
    data: { object: event.object },
  });
  const header = await signEvent(payload, {
    secret: options.secret ?? SECRETS[0]!,
    at: options.at,
  });
  return { body: new TextEncoder().encode(payload), header };
}
