import type { Tx } from "@/lib/platform/database/mod.ts";

/** Objects of the test payments, in the shape in which the real provider has them. */
export interface TestSubscription {
  id: string;
  object: "subscription";
  customer: string;
  status: string;
  metadata: { user_id: string };
  items: {
    data: {
      id: string;
      price: { id: string };
      current_period_start: number;
      current_period_end: number;
    }[];
  };
  cancel_at_period_end: boolean;
  created: number;
  schedule: { phases: { start_date: number; items: { price: string }[] }[] } | null;
}

export interface TestInvoice {
  id: string;
  object: "invoice";
  customer: string;
  number: string;
  status: "open" | "paid" | "void";
  total: number;
  currency: "usd";
  created: number;
  period_start: number;
  period_end: number;
  hosted_invoice_url: null;
  invoice_pdf: null;
  attempt_count: number;
  next_payment_attempt: number | null;
  status_transitions: { finalized_at: number; paid_at: number | null };
  parent: {
    subscription_details: { subscription: string; metadata: { user_id: string } };
  };
}

export interface TestCheckout {
  id: string;
  object: "checkout.session";
  customer: string;
  client_reference_id: string;
  status: "open" | "complete" | "expired";
  subscription: string | null;
  metadata: { user_id: string };
  price: string;
  plan: "basic" | "pro";
  success_url: string;
  cancel_url: string;
  created: number;
}

export interface TestCustomer {
  id: string;
  object: "customer";
  metadata: { user_id: string };
  /** Invoices made so far, for their numbers. */
  invoices: number;
}

interface Kinds {
  customer: TestCustomer;
  checkout: TestCheckout;
  subscription: TestSubscription;
  invoice: TestInvoice;
}
export type TestKind = keyof Kinds;

/** One object, locked for a change; null when there is none. */
export async function read<Kind extends TestKind>(
  tx: Tx,
  kind: Kind,
  id: string,
): Promise<Kinds[Kind] | null> {
  const [row] = await tx<{ data: Kinds[Kind] }[]>`
    select data from test_payments where id = ${id} and kind = ${kind} for update`;
  return row?.data ?? null;
}

/** All objects of a kind that belong to a customer, newest first. */
export async function readAll<Kind extends TestKind>(
  tx: Tx,
  kind: Kind,
  customer: string,
): Promise<Kinds[Kind][]> {
  const rows = await tx<{ data: Kinds[Kind] }[]>`
    select data from test_payments where kind = ${kind} and customer_id = ${customer}
    order by (data->>'created')::bigint desc, id desc`;
  return rows.map((row) => row.data);
}

/** The customer of a person, or null. */
export async function customerOfUser(tx: Tx, userId: string): Promise<TestCustomer | null> {
  const [row] = await tx<{ data: TestCustomer }[]>`
    select data from test_payments
    where kind = 'customer' and data->'metadata'->>'user_id' = ${userId}`;
  return row?.data ?? null;
}

/** Subscriptions whose period is over. */
export async function dueSubscriptions(tx: Tx, now: number): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from test_payments
    where kind = 'subscription' and data->>'status' in ('active', 'trialing')
      and (data->'items'->'data'->0->>'current_period_end')::bigint <= ${now}
    order by id limit 100`;
  return rows.map((row) => row.id);
}

/** Stores an object in the place of its former self. */
export async function write<Kind extends TestKind>(
  tx: Tx,
  kind: Kind,
  data: Kinds[Kind],
  at: Date,
): Promise<void> {
  const customer = "customer" in data ? data.customer : data.id;
  await tx`insert into test_payments (id, kind, customer_id, data, updated_at)
    values (${data.id}, ${kind}, ${customer}, ${tx.json(data as never)}, ${at})
    on conflict (id) do update set data = excluded.data, updated_at = excluded.updated_at`;
}
