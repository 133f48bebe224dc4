import { page } from "fresh";
import { define } from "@/utils.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import type { Plan, Quota, Subscription } from "@/lib/ui/contract.ts";
import { explain } from "@/lib/ui/explain.ts";
import { formatDay, formatMoney, formatWhen, type Reader } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { Questions } from "@/lib/ui/plans.tsx";
import { say } from "@/lib/ui/say.ts";
import { subscriptionWords } from "@/lib/ui/subscription.ts";
import { billingText } from "@/lib/ui/text/billing.ts";
import type { BillingAct } from "@/lib/ui/view.ts";
import { problemBody, seeOther } from "../../(_shared)/answers.ts";
import {
  ActForm,
  HeadLink,
  InvoiceLines,
  PaymentMode,
  PlanChoice,
} from "../../(_shared)/billing_parts.tsx";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";
import type { State } from "@/utils.ts";

const ACTS: readonly BillingAct[] = ["checkout", "change", "cancel", "reactivate", "portal"];

async function dataOf(state: State, url: URL) {
  const { services, session } = state;
  const [quota, subscription, invoices] = await Promise.all([
    services.usage.quota(session!.user.id),
    services.billing.subscription(),
    services.billing.invoices({ limit: 3 }),
  ]);
  return {
    quota,
    subscription,
    invoices: invoices.items,
    plans: services.plans.cards(),
    mode: services.billing.mode(),
    graceDays: services.billing.graceDays(),
    refundDays: services.billing.refundDays(),
    done: url.searchParams.get("done"),
    asks: url.searchParams.has("cancel"),
    now: services.clock.now().toISOString(),
    problem: null as ReturnType<typeof problemBody> | null,
  };
}

export const handler = define.handlers({
  async GET(ctx) {
    return page(await dataOf(ctx.state, ctx.url));
  },
  async POST(ctx) {
    const form = await ctx.req.formData();
    const act = ACTS.find((one) => one === form.get("act"));
    try {
      if (!act) return seeOther("/billing");
      return seeOther(await ctx.state.services.billing.act(act, String(form.get("plan") ?? "")));
    } catch (error) {
      if (!isProblem(error)) throw error;
      const data = await dataOf(ctx.state, ctx.url);
      return page({ ...data, problem: problemBody(error) }, { status: error.status });
    }
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = billingText(state.locale);
  const reader = readerOf(state);
  const done: Record<string, string> = text;
  return (
    <Shell
      state={state}
      url={url}
      title={text.title}
      quota={data.quota}
      told={told({
        problem: data.problem,
        done: data.done ? done[`done_${data.done}`] : undefined,
        reader,
      })}
    >
      <PageHead
        title={text.title}
        lead={text.lead}
        actions={<LinkButton href="/usage">{text.usageLink}</LinkButton>}
      />
      <PaymentMode mode={data.mode} locale={state.locale} />
      {data.asks ? <AskCancel data={data} reader={reader} /> : null}
      <div class="grid">
        <Present data={data} reader={reader} />
        <Card
          title={text.invoices}
          id="invoices"
          span={5}
          aside={data.invoices.length > 0
            ? <HeadLink href="/billing/invoices">{text.allInvoices}</HeadLink>
            : null}
        >
          {data.invoices.length > 0
            ? <InvoiceLines invoices={data.invoices} reader={reader} />
            : <p class="quiet">{text.noInvoicesText}</p>}
        </Card>
      </div>
      <section class="stack stack-16" aria-labelledby="plans">
        <h2 id="plans">{text.plansTitle}</h2>
        {state.session!.user.emailVerified ? null : (
          <p class="quiet">
            <strong>{text.verifyLead}</strong> {text.verifyText}
          </p>
        )}
        <PlanChoice plans={data.plans} subscription={data.subscription} reader={reader} />
      </section>
      <Card title={text.questions} id="questions">
        <Questions reader={reader} graceDays={data.graceDays} refundDays={data.refundDays} />
      </Card>
    </Shell>
  );
});

type Data = Awaited<ReturnType<typeof dataOf>>;

/** What came of the act of a moment ago; null where there was none. */
function told({ problem, done, reader }: {
  problem: Data["problem"];
  done: string | undefined;
  reader: Reader;
}) {
  if (problem) {
    const { title, text } = explain(problem, reader);
    const why: Record<string, string> = billingText(reader.locale);
    return <Banner tone="red" lead={`${title}.`}>{why[`why_${problem.reason}`] ?? text}</Banner>;
  }
  return done ? <Banner tone="green">{done}</Banner> : null;
}

const nameOf = (plans: readonly Plan[]) => (plan: string) =>
  plans.find((one) => one.plan === plan)?.name ?? plan;

/** Asks before a plan is cancelled, and says what follows (UI-46). */
function AskCancel({ data, reader }: { data: Data; reader: Reader }) {
  const text = billingText(reader.locale);
  const { subscription, plans } = data;
  if (subscription.status === "none" || subscription.cancelAtPeriodEnd) return null;
  const plan = nameOf(plans)(subscription.plan);
  const until = subscription.currentPeriodEnd
    ? formatDay(subscription.currentPeriodEnd, reader)
    : "";
  return (
    <Card title={say(text.cancelTitle, { plan })} id="cancel">
      <p>{say(text.cancelText, { until })}</p>
      <div class="row">
        <ActForm act="cancel" kind="danger">{text.cancel}</ActForm>
        <LinkButton href="/billing">{text.reactivate}</LinkButton>
      </div>
    </Card>
  );
}

function Present({ data, reader }: { data: Data; reader: Reader }) {
  const text = billingText(reader.locale);
  const { quota, subscription, plans } = data;
  const words = subscriptionWords({
    subscription,
    effectivePlan: quota.effectivePlan,
    trialEndsAt: quota.trialEndsAt,
    planName: nameOf(plans),
    now: new Date(data.now),
    reader,
  });
  const plan = plans.find((one) => one.plan === quota.effectivePlan);
  return (
    <Card
      title={text.present}
      id="present"
      span={7}
      aside={<Chip tone={words.tone}>{words.label}</Chip>}
    >
      <p class="price">
        <span class="big">{plan?.name}</span>
        <span class="quiet">{plan ? priceOf(plan, reader) : ""}</span>
      </p>
      <p>{words.text}</p>
      <Acts quota={quota} subscription={subscription} pays={words.pays} reader={reader} />
      {subscription.lastSync
        ? (
          <p class="tiny quiet">
            {say(text.lastSync, {
              time: formatWhen(subscription.lastSync, reader, new Date(data.now)),
            })}
          </p>
        )
        : null}
    </Card>
  );
}

function priceOf(plan: Plan, reader: Reader): string {
  const text = billingText(reader.locale);
  const { amount, currency, interval } = plan.price;
  return interval ? `${formatMoney(amount, currency, reader)} ${text.perMonth}` : text.free;
}

function Acts({ quota, subscription, pays, reader }: {
  quota: Quota;
  subscription: Subscription;
  pays: boolean;
  reader: Reader;
}) {
  const text = billingText(reader.locale);
  const live = ["trialing", "active", "past_due"].includes(subscription.status) &&
    (pays || quota.effectivePlan !== "expired");
  if (!subscription.hasCustomer) return null;
  return (
    <div class="row">
      <ActForm act="portal" kind={pays ? "primary" : "secondary"}>
        {pays ? text.updateCard : text.portal}
      </ActForm>
      {live && subscription.cancelAtPeriodEnd
        ? <ActForm act="reactivate" kind="primary">{text.reactivate}</ActForm>
        : null}
      {live && !subscription.cancelAtPeriodEnd
        ? <LinkButton kind="ghost" href="/billing?cancel">{text.cancel}</LinkButton>
        : null}
    </div>
  );
}
