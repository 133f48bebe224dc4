import { sha256Hex } from "@/lib/platform/crypto.ts";
import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import { errorFields } from "@/lib/platform/log.ts";
import { type Job, PermanentJobError } from "@/lib/platform/outbox.ts";
import { isProblem, notFound } from "@/lib/platform/problem.ts";
import { readEvent, subjectOf } from "./shapes.ts";
import { verifiedEvent } from "./signature.ts";
import { ParkedError, type Sync, type SyncOptions } from "./sync.ts";
import { HANDLED_EVENTS, type PaymentEvent, RECORDED_EVENTS } from "./types.ts";
import * as inbox from "./inbox_store.ts";
import * as store from "./store.ts";

/** The kind of the job that acts upon an event. */
export const EVENT_JOB = "billing.event";

/** Waits before an event is tried again: ten times, up to six hours (BIL-26). */
export const RETRY_WAITS_MS = [10, 30, 120, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600]
  .map((seconds) => seconds * 1_000);

const handled = new Set<string>(HANDLED_EVENTS);
const recorded = new Set<string>(RECORDED_EVENTS);

/** What became of a delivery. */
export type Delivery = "taken" | "duplicate" | "ignored" | "parked";

/** The inbox of the provider's events. */
export type Inbox = ReturnType<typeof createInbox>;

/**
 * Takes events: each is checked, stored once with its job, and acted upon by the job, after the
 * provider was asked what is true now.
 */
export function createInbox(options: SyncOptions & { sync: Sync; cursorKey: PurposeKey }) {
  const { db, clock, log, provider, outbox } = options;
  const counted = options.metrics.counter("stripe_webhook_total", "Events taken", [
    "event_type",
    "status",
  ]);
  const faults = options.metrics.counter(
    "webhook_verification_failures_total",
    "Events whose signature did not fit",
  );
  const duplicates = options.metrics.counter(
    "webhook_duplicate_events_total",
    "Events that were known",
  );
  const duration = options.metrics.histogram(
    "webhook_processing_duration_seconds",
    "Time to act upon an event",
    { labels: ["event_type"] },
  );
  const errors = options.metrics.counter("webhook_processing_errors_total", "Events that failed", [
    "event_type",
  ]);
  const last = options.metrics.gauge(
    "webhook_last_received_timestamp_seconds",
    "When the last event came",
  );
  const payments = options.metrics.counter("payment_total", "Payments", ["status", "tier"]);
  const amounts = options.metrics.counter("payment_amount_total", "Money taken, smallest unit", [
    "tier",
    "currency",
  ]);

  /** Types that are not known would make a label of everything the provider invents. */
  const label = (type: string) => handled.has(type) || recorded.has(type) ? type : "other";

  /** One entry a minute says how many were refused: whoever floods us does not fill the log too. */
  async function noteRefusal(now: Date): Promise<void> {
    refused.count++;
    if (now.getTime() - refused.notedAt < 60_000) return;
    const { count } = refused;
    refused = { count: 0, notedAt: now.getTime() };
    await db.asSystem("billing: a refused event", async (tx) => {
      await options.securityLog?.(tx, {
        category: "billing",
        event: "webhook_signature_failed",
        severity: "medium",
        result: "refused",
        actor: { kind: "system" },
        details: { count },
      });
    }).catch((error) => {
      log.warn("billing.audit", "A refused event could not be noted", errorFields(error));
    });
  }
  let refused = { count: 0, notedAt: -Infinity };

  async function verified(body: Uint8Array, header: string | null): Promise<PaymentEvent> {
    const now = clock.now();
    try {
      return await verifiedEvent(body, { header, secrets: provider.webhookSecrets, now });
    } catch (error) {
      if (isProblem(error)) {
        faults.add();
        log.warn("billing.signature", "An event was refused: its signature does not fit", {
          bytes: body.length,
        });
        await noteRefusal(now);
      }
      throw error;
    }
  }

  /** Stores an event with its job, or finds out that it is known. */
  function keep(event: PaymentEvent, body: Uint8Array): Promise<Delivery> {
    const payload = JSON.parse(new TextDecoder().decode(body));
    const hash = sha256Hex(body);
    const known = handled.has(event.type) || recorded.has(event.type);
    const wrongMode = event.live !== provider.live;
    const row = {
      id: event.id,
      provider: provider.name,
      type: event.type,
      ...subjectOf(event),
      happenedAt: event.createdAt,
      receivedAt: clock.now(),
      payloadHash: hash,
      payload,
    };
    return db.asSystem("billing: take an event", async (tx) => {
      if (wrongMode) {
        const lastError = "It is of the other mode: test instead of live, or the reverse";
        const fresh = await inbox.insertEvent(tx, { ...row, status: "parked", lastError });
        return fresh ? "parked" : "duplicate";
      }
      if (await inbox.insertEvent(tx, { ...row, status: known ? "received" : "ignored" })) {
        if (!known) return "ignored";
        await addJob(tx, event.id, { attempt: 0 });
        return "taken";
      }
      if (await inbox.payloadHash(tx, event.id) === hash) return "duplicate";
      const id = `${event.id}#${hash.slice(0, 12)}`;
      const lastError = "An event of the same id had another content";
      const fresh = await inbox.insertEvent(tx, { ...row, id, status: "parked", lastError });
      return fresh ? "parked" : "duplicate";
    });
  }

  async function addJob(
    tx: Parameters<typeof inbox.findEvent>[0],
    id: string,
    run: { attempt: number; runAfter?: Date; again?: string },
  ): Promise<void> {
    await outbox.add(tx, {
      kind: EVENT_JOB,
      key: `${EVENT_JOB}:${id}:${run.again ?? run.attempt}`,
      payload: { eventId: id },
      ...(run.runAfter ? { runAfter: run.runAfter } : {}),
    });
  }

  /** Does what an event asks for, and marks it as done in the same transaction. */
  async function act(row: inbox.EventRow & { payload: unknown }): Promise<void> {
    const event = readEvent(row.payload);
    const within = (tx: Parameters<typeof inbox.findEvent>[0]) =>
      inbox.setEvent(tx, row.id, { status: "done", finishedAt: clock.now() });
    if (recorded.has(event.type)) return await noteMoneyBack(event, within);
    const subject = subjectOf(event);
    const customerId = subject.customerId ??
      (subject.subscriptionId ? await provider.customerOf(subject.subscriptionId) : null);
    if (!customerId) throw new ParkedError("The event names no customer that the provider knows");
    const { after } = await options.sync.sync(customerId, {
      cause: event.type,
      eventId: event.id,
      userId: subject.userId,
      within,
    });
    countPayment(event, after.plan);
  }

  /** Refunds and disputes are written down; the plan follows the subscription alone. */
  async function noteMoneyBack(
    event: PaymentEvent,
    within: (tx: Parameters<typeof inbox.findEvent>[0]) => Promise<void>,
  ): Promise<void> {
    const { object } = event;
    const text = (value: unknown) => typeof value === "string" ? value : null;
    const payment = text(object.payment_intent);
    const invoiceId = text(object.invoice) ??
      (payment ? await provider.invoiceOfPayment(payment) : null);
    if (!invoiceId) throw new ParkedError("The payment belongs to no invoice");
    const disputed = event.type === "charge.dispute.created";
    await db.asSystem("billing: note a refund", async (tx) => {
      const found = await store.noteRefund(tx, {
        invoiceId,
        amount: disputed || typeof object.amount_refunded !== "number"
          ? null
          : object.amount_refunded,
        disputedAt: disputed ? event.createdAt : null,
        at: clock.now(),
      });
      if (!found) throw new ParkedError(`There is no invoice ${invoiceId} here`);
      await within(tx);
    });
    payments.add(1, { status: disputed ? "disputed" : "refunded", tier: "none" });
  }

  function countPayment(event: PaymentEvent, tier: string): void {
    if (event.type === "invoice.payment_failed") payments.add(1, { status: "failed", tier });
    if (event.type !== "invoice.payment_succeeded") return;
    payments.add(1, { status: "succeeded", tier });
    const { total, currency } = event.object;
    if (typeof total === "number" && total > 0) {
      amounts.add(total, { tier, currency: String(currency).slice(0, 3) });
    }
  }

  async function failed(row: inbox.EventRow, error: unknown): Promise<void> {
    errors.add(1, { event_type: label(row.type) });
    const parked = error instanceof ParkedError;
    const attempts = row.attempts + 1;
    const wait = RETRY_WAITS_MS[row.attempts];
    const message = error instanceof Error ? error.message.slice(0, 500) : String(error);
    const status = parked ? "parked" : wait === undefined ? "dead" : "received";
    await db.asSystem("billing: an event failed", async (tx) => {
      await inbox.setEvent(tx, row.id, { status, attempts, error: message });
      if (status !== "received") return;
      const runAfter = new Date(clock.now().getTime() + wait!);
      await addJob(tx, row.id, { attempt: attempts, runAfter });
    });
    const fields = { eventId: row.id, type: row.type, attempts, ...errorFields(error) };
    if (status === "received") log.warn("billing.retry", "An event will be tried again", fields);
    else log.error(`billing.${status}`, "An event needs an operator", fields);
  }

  return {
    /**
     * Takes a delivery: the raw bytes as they came and the header with the signature.
     *
     * @throws Problem 400 `webhook_signature_invalid`; nothing is stored then
     */
    async receive(body: Uint8Array, header: string | null): Promise<Delivery> {
      const event = await verified(body, header);
      const delivery = await keep(event, body);
      last.set(clock.now().getTime() / 1000);
      counted.add(1, { event_type: label(event.type), status: delivery });
      if (delivery === "duplicate") duplicates.add();
      if (delivery === "parked") {
        log.error("billing.parked", "An event needs an operator", { eventId: event.id });
      }
      if (delivery === "taken") outbox.wake();
      return delivery;
    },

    /** Handler of {@link EVENT_JOB}. An event that is done stays done. */
    async run(job: Pick<Job, "payload">): Promise<void> {
      const id = String(job.payload.eventId);
      const row = await db.asSystem("billing: an event", (tx) => inbox.takeEvent(tx, id));
      if (row === undefined) throw new PermanentJobError(`There is no event ${id}`);
      if (row === null) return;
      const started = clock.monotonic();
      try {
        await act(row);
      } catch (error) {
        await failed(row, error);
      } finally {
        duration.observe((clock.monotonic() - started) / 1000, { event_type: label(row.type) });
      }
    },

    /** Lets an event run once more. @throws Problem 404 */
    async replay(id: string): Promise<void> {
      await db.asSystem("billing: replay", async (tx) => {
        const row = await inbox.findEvent(tx, id);
        if (!row) throw notFound();
        await inbox.setEvent(tx, id, { status: "received", attempts: 0 });
        await addJob(tx, id, { attempt: 0, again: `again-${options.ids()}` });
      });
      outbox.wake();
    },

    /** A page of events for operators, newest first. */
    async events(query: { status?: inbox.EventStatus; cursor?: string; limit: number }) {
      const scope = `events:${query.status ?? ""}`;
      const position = query.cursor
        ? await readCursor(options.cursorKey, scope, query.cursor)
        : null;
      const before = position ? { at: new Date(position[0]!), id: position[1]! } : null;
      const rows = await db.asSystem(
        "billing: events",
        (tx) => inbox.eventPage(tx, { status: query.status, before, limit: query.limit + 1 }),
      );
      const items = rows.slice(0, query.limit);
      const end = items.at(-1);
      return {
        items,
        nextCursor: rows.length > query.limit
          ? await signCursor(options.cursorKey, scope, [end!.receivedAt.toISOString(), end!.id])
          : null,
      };
    },
  };
}
