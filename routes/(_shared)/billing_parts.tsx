import type { ComponentChildren } from "preact";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import type { Invoice, Plan, Subscription } from "@/lib/ui/contract.ts";
import { formatDay, formatMoney, type Reader } from "@/lib/ui/format.ts";
import { PlanCard } from "@/lib/ui/plans.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { planOffer } from "@/lib/ui/subscription.ts";
import { Table } from "@/lib/ui/table.tsx";
import { billingText } from "@/lib/ui/text/billing.ts";

/**
 * Says that no money moves, on every page of payments (BIL-2). It is a label that stays, not a
 * message: the one banner of a page is left to what needs to be done.
 */
export function PaymentMode({ mode, locale }: { mode: "real" | "test" | "none"; locale: string }) {
  const text = billingText(locale);
  if (mode === "real") return null;
  const test = mode === "test";
  return (
    <p class="row small quiet">
      {test ? <Chip tone="amber">{text.testLabel}</Chip> : null}
      <span>
        {test ? text.testLead : text.noneLead} {test ? text.testText : text.noneText}
      </span>
    </p>
  );
}

/** A form with one act and one button; it works without script. */
export function ActForm({ act, plan, kind, children, path = "/billing" }: {
  act: string;
  plan?: string;
  kind?: "primary" | "secondary" | "danger" | "ghost";
  path?: string;
  children: ComponentChildren;
}) {
  return (
    <PostForm action={path} class="stack">
      <input type="hidden" name="act" value={act} />
      {plan ? <input type="hidden" name="plan" value={plan} /> : null}
      <Button kind={kind} type="submit">{children}</Button>
    </PostForm>
  );
}

/** The paid plans side by side, each with what can be done with it. */
export function PlanChoice({ plans, subscription, reader }: {
  plans: readonly Plan[];
  subscription: Subscription;
  reader: Reader;
}) {
  return (
    <div class="cols-2">
      {plans.filter((plan) => plan.price.interval !== null).map((plan) => (
        <Choice key={plan.plan} plan={plan} subscription={subscription} reader={reader} />
      ))}
    </div>
  );
}

function Choice({ plan, subscription, reader }: {
  plan: Plan;
  subscription: Subscription;
  reader: Reader;
}) {
  const text = billingText(reader.locale);
  const { kind } = planOffer(plan, subscription);
  const day = subscription.currentPeriodEnd ? formatDay(subscription.currentPeriodEnd, reader) : "";
  const named = (words: string) => say(words, { plan: plan.name, day });
  const mark = kind === "present"
    ? <Chip tone="green">{text.current}</Chip>
    : kind === "planned"
    ? <Chip tone="indigo">{say(text.comes, { day })}</Chip>
    : null;
  return (
    <PlanCard
      plan={plan}
      reader={reader}
      best={kind === "present"}
      mark={mark}
      action={kind === "checkout"
        ? <ActForm act="checkout" plan={plan.plan} kind="primary">{named(text.choose)}</ActForm>
        : kind === "up"
        ? (
          <div class="stack">
            <ActForm act="change" plan={plan.plan} kind="primary">{named(text.changeUp)}</ActForm>
            <p class="small quiet">{text.upHint}</p>
          </div>
        )
        : kind === "down"
        ? (
          <div class="stack">
            <ActForm act="change" plan={plan.plan}>{named(text.changeDown)}</ActForm>
            <p class="small quiet">{text.downHint}</p>
          </div>
        )
        : kind === "keep"
        ? <ActForm act="change" plan={plan.plan}>{named(text.keep)}</ActForm>
        : null}
    />
  );
}

/** Invoices as a table. */
export function InvoiceTable(
  { invoices, reader }: { invoices: readonly Invoice[]; reader: Reader },
) {
  const text = billingText(reader.locale);
  const linked = invoices.some((invoice) => invoice.hostedUrl || invoice.pdfUrl);
  return (
    <Table
      stacks
      label={text.invoices}
      columns={[
        { label: text.number, kind: "fixed" },
        { label: text.date, kind: "fixed" },
        { label: text.amount, kind: "number" },
        { label: text.state },
        ...(linked ? [{ label: text.links }] : []),
      ]}
      rows={invoices.map((invoice) => [
        invoice.number ?? "–",
        formatDay(invoice.createdAt, reader),
        formatMoney(invoice.amount, invoice.currency.toUpperCase(), reader),
        <InvoiceState key="state" status={invoice.status} locale={reader.locale} />,
        ...(linked
          ? [
            <span key="links" class="row">
              {invoice.hostedUrl
                ? <a href={invoice.hostedUrl} rel="noreferrer">{text.open}</a>
                : null}
              {invoice.pdfUrl ? <a href={invoice.pdfUrl} rel="noreferrer">{text.pdf}</a> : null}
            </span>,
          ]
          : []),
      ])}
    />
  );
}

/** The last invoices in short lines, for a narrow card. */
export function InvoiceLines(
  { invoices, reader }: { invoices: readonly Invoice[]; reader: Reader },
) {
  return (
    <ul class="lines">
      {invoices.map((invoice) => (
        <li key={invoice.id} class="row between">
          <span>{formatDay(invoice.createdAt, reader)}</span>
          <span class="row">
            <span class="num">
              {formatMoney(invoice.amount, invoice.currency.toUpperCase(), reader)}
            </span>
            <InvoiceState status={invoice.status} locale={reader.locale} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function InvoiceState({ status, locale }: { status: Invoice["status"]; locale: string }) {
  const text = billingText(locale);
  const words = {
    paid: text.paid,
    open: text.open_state,
    void: text.void,
    uncollectible: text.uncollectible,
  };
  const tone = status === "paid" ? "green" : status === "open" ? "amber" : "neutral";
  return <Chip tone={tone}>{words[status]}</Chip>;
}

/** The act of a card's head. */
export function HeadLink({ href, children }: { href: string; children: ComponentChildren }) {
  return <LinkButton size="sm" href={href}>{children}</LinkButton>;
}
