import { page } from "fresh";
import { define } from "@/utils.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import { Field, Select, TextField } from "@/lib/ui/field.tsx";
import { field } from "@/lib/ui/forms.ts";
import { formatMoment, formatNumber, type Reader } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { Table } from "@/lib/ui/table.tsx";
import { adminText } from "@/lib/ui/text/admin.ts";
import type { BillingAdminPages } from "@/lib/ui/view.ts";
import { AdminTabs } from "../../(_shared)/admin_tabs.tsx";
import { seeOther } from "../../(_shared)/answers.ts";
import { PaymentMode } from "../../(_shared)/billing_parts.tsx";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";
import type { State } from "@/utils.ts";

const RESOURCES = ["llm_tokens", "messages", "memory_storage"];
const TEST_ACTS = ["renew", "fail", "recover", "cancel", "expire"];

type Person = NonNullable<Awaited<ReturnType<BillingAdminPages["person"]>>>;

async function dataOf(state: State, url: URL, fault: string | null = null) {
  const { services, session } = state;
  const admin = services.billingAdmin!;
  const email = url.searchParams.get("email")?.trim() ?? "";
  const [quota, totals, person] = await Promise.all([
    services.usage.quota(session!.user.id),
    admin.totals(30),
    email ? admin.person(email) : null,
  ]);
  const mode = services.billing.mode();
  const canTest = admin.testAct !== null;
  const done = url.searchParams.get("done");
  const names: Record<string, string> = Object.fromEntries(
    services.plans.cards().map(({ plan, name }) => [plan, name]),
  );
  return { quota, totals, person, email, fault, done, mode, canTest, names };
}

/** One person's plan, limits that were set for them, and the sums of everybody (PLN-11, USE-46). */
export const handler = define.handlers({
  async GET(ctx) {
    return page(await dataOf(ctx.state, ctx.url));
  },
  async POST(ctx) {
    const admin = ctx.state.services.billingAdmin!;
    const form = await ctx.req.formData();
    const back = (done: string) =>
      seeOther(`/admin/plans?email=${encodeURIComponent(field(form, "email"))}&done=${done}`);
    try {
      if (form.has("end")) {
        await admin.endLimit(field(form, "end"));
        return back("ended_done");
      }
      if (form.has("test")) {
        await admin.testAct?.(field(form, "subscription"), field(form, "test"));
        return back("clock_done");
      }
      await admin.setLimit(field(form, "userId"), {
        resource: field(form, "resource"),
        limit: field(form, "limit"),
        until: field(form, "until"),
        reason: field(form, "reason"),
      });
      return back("saved");
    } catch (error) {
      if (!isProblem(error) || error.code === "step_up_required") throw error;
      const url = new URL(ctx.url);
      url.searchParams.set("email", field(form, "email"));
      return page(await dataOf(ctx.state, url, error.detail), { status: error.status });
    }
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text: Record<string, string> = adminText(state.locale);
  const reader = readerOf(state);
  return (
    <Shell state={state} url={url} title={text.plans!} quota={data.quota}>
      <PageHead title={text.plans!} lead={text.plansLead} />
      <AdminTabs path="/admin/plans" locale={state.locale} />
      <PaymentMode mode={data.mode} locale={state.locale} />
      {data.fault ? <Banner tone="red">{data.fault}</Banner> : null}
      {data.done && text[data.done] ? <Banner tone="green">{text[data.done]}</Banner> : null}
      <Card>
        <form method="get" action="/admin/plans" class="stack stack-12">
          <TextField
            id="email"
            label={text.email!}
            type="email"
            value={data.email}
            required
            autocomplete="off"
            error={data.email && !data.person ? text.nobody : undefined}
          />
          <div class="row">
            <Button kind="primary" type="submit">{text.find}</Button>
          </div>
        </form>
      </Card>
      {data.person
        ? (
          <PersonCards
            person={data.person}
            canTest={data.canTest}
            names={data.names}
            reader={reader}
          />
        )
        : null}
      <Totals totals={data.totals} names={data.names} reader={reader} />
    </Shell>
  );
});

function PersonCards({ person, canTest, names, reader }: {
  person: Person;
  canTest: boolean;
  names: Record<string, string>;
  reader: Reader;
}) {
  const text: Record<string, string> = adminText(reader.locale);
  return (
    <div class="grid">
      <Card
        title={person.displayName}
        id="person"
        span={5}
        aside={<Chip tone="indigo">{names[person.effectivePlan]}</Chip>}
      >
        <dl class="kv">
          <dt>{text.email}</dt>
          <dd class="cut">{person.email}</dd>
          <dt>{text.plan}</dt>
          <dd>{names[person.effectivePlan]}</dd>
          <dt>{text.status}</dt>
          <dd>{person.subscription.providerStatus ?? person.subscription.status}</dd>
        </dl>
        {canTest && person.subscriptionId
          ? <TestClock person={person} subscriptionId={person.subscriptionId} reader={reader} />
          : null}
      </Card>
      <Card title={text.setLimit} id="set" span={7}>
        <LimitForm person={person} reader={reader} />
      </Card>
      <Card title={text.limits} id="limits" class="c12">
        <Limits person={person} reader={reader} />
      </Card>
    </div>
  );
}

function TestClock({ person, subscriptionId, reader }: {
  person: Person;
  subscriptionId: string;
  reader: Reader;
}) {
  const text: Record<string, string> = adminText(reader.locale);
  return (
    <PostForm action="/admin/plans" class="stack top-line">
      <p class="strong">{text.clock}</p>
      <p class="small quiet">{text.clockText}</p>
      <input type="hidden" name="email" value={person.email} />
      <input type="hidden" name="subscription" value={subscriptionId} />
      <div class="row">
        {TEST_ACTS.map((act) => (
          <Button key={act} size="sm" type="submit" name="test" value={act}>{text[act]}</Button>
        ))}
      </div>
    </PostForm>
  );
}

function LimitForm({ person, reader }: { person: Person; reader: Reader }) {
  const text: Record<string, string> = adminText(reader.locale);
  return (
    <PostForm action="/admin/plans" class="stack stack-12">
      <input type="hidden" name="email" value={person.email} />
      <input type="hidden" name="userId" value={person.userId} />
      <Field id="resource" label={text.resource!}>
        <Select id="resource" name="resource">
          {RESOURCES.map((name) => <option key={name} value={name}>{text[name]}</option>)}
        </Select>
      </Field>
      <TextField
        id="limit"
        label={text.limit!}
        hint={text.limitHint}
        inputMode="numeric"
        pattern="[0-9]*"
        autocomplete="off"
      />
      <TextField id="until" label={text.until!} hint={text.untilHint} type="date" />
      <TextField
        id="reason"
        label={text.reason!}
        hint={text.reasonHint}
        required
        maxLength={500}
        autocomplete="off"
      />
      <div class="row">
        <Button kind="primary" type="submit">{text.save}</Button>
      </div>
    </PostForm>
  );
}

function Limits({ person, reader }: { person: Person; reader: Reader }) {
  const text: Record<string, string> = adminText(reader.locale);
  if (person.overrides.length === 0) return <p class="quiet">{text.noLimits}</p>;
  return (
    <Table
      stacks
      label={say(text.tableOf!, { title: text.limits! })}
      columns={[
        { label: text.resource! },
        { label: text.limit!, kind: "number" },
        { label: text.from!, kind: "fixed" },
        { label: text.until!, kind: "fixed" },
        { label: text.reason! },
        { label: text.act! },
      ]}
      rows={person.overrides.map((one) => [
        text[one.resource] ?? one.resource,
        one.limit === null ? text.unlimited : formatNumber(one.limit, reader),
        formatMoment(one.from, reader),
        one.until ? formatMoment(one.until, reader) : "–",
        one.reason,
        one.revokedAt
          ? <span key="ended" class="quiet">{text.ended}</span>
          : (
            <PostForm key="end" action="/admin/plans">
              <input type="hidden" name="email" value={person.email} />
              <Button size="sm" type="submit" name="end" value={one.id}>{text.end}</Button>
            </PostForm>
          ),
      ])}
    />
  );
}

function Totals({ totals, names, reader }: {
  totals: Awaited<ReturnType<BillingAdminPages["totals"]>>;
  names: Record<string, string>;
  reader: Reader;
}) {
  const text: Record<string, string> = adminText(reader.locale);
  const number = (n: number) => formatNumber(n, reader);
  return (
    <Card title={text.totals} id="totals">
      {totals.byPlan.length === 0 ? <p class="quiet">{text.noTotals}</p> : (
        <Table
          label={say(text.tableOf!, { title: text.totals! })}
          columns={[
            { label: text.plan! },
            { label: text.resource! },
            { label: text.sum!, kind: "number" },
            { label: text.people!, kind: "number" },
          ]}
          rows={totals.byPlan.map((row) => [
            names[row.plan] ?? row.plan,
            text[row.resource] ?? row.resource,
            number(row.amount),
            number(row.people),
          ])}
        />
      )}
    </Card>
  );
}
