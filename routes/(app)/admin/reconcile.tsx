import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import type { ReconcileRunView } from "@/lib/ui/contract.ts";
import { formatMoment, formatNumber, formatWhen, type Reader } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Banner, EmptyState } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { Table } from "@/lib/ui/table.tsx";
import { adminText } from "@/lib/ui/text/admin.ts";
import { AdminTabs } from "../../(_shared)/admin_tabs.tsx";
import { PaymentMode } from "../../(_shared)/billing_parts.tsx";
import { PaymentEvents } from "../../(_shared)/payment_events.tsx";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";
import type { State } from "@/utils.ts";

async function dataOf(state: State, repaired: ReconcileRunView | null) {
  const { services, session } = state;
  const [quota, report] = await Promise.all([
    services.usage.quota(session!.user.id),
    services.billingAdmin!.report(),
  ]);
  const now = services.clock.now().toISOString();
  return { quota, report, repaired, now, mode: services.billing.mode() };
}

/** Comparisons with the provider, and what waits for an operator (BIL-18, BIL-27). */
export const handler = define.handlers({
  async GET(ctx) {
    return page(await dataOf(ctx.state, null));
  },
  async POST(ctx) {
    const run = await ctx.state.services.billingAdmin!.repair();
    return page(await dataOf(ctx.state, run));
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = adminText(state.locale);
  const reader = readerOf(state);
  const { runs, parked, dead, lastEventAt } = data.report;
  const waiting = [...dead, ...parked];
  return (
    <Shell state={state} url={url} title={text.reconcile} quota={data.quota}>
      <PageHead
        title={text.reconcile}
        lead={text.reconcileLead}
        actions={
          <PostForm action="/admin/reconcile">
            <Button kind="primary" type="submit">{text.repair}</Button>
          </PostForm>
        }
      />
      <AdminTabs path="/admin/reconcile" locale={state.locale} />
      <PaymentMode mode={data.mode} locale={state.locale} />
      {data.repaired
        ? (
          <Banner tone={data.repaired.failed > 0 ? "amber" : "green"}>
            {say(text.repaired, {
              checked: data.repaired.checked,
              drift: data.repaired.drift.length,
              failed: data.repaired.failed,
            })}
          </Banner>
        )
        : null}
      <Card
        title={text.waiting}
        id="waiting"
        aside={
          <span class="small quiet">
            {lastEventAt
              ? say(text.lastEvent, { time: formatWhen(lastEventAt, reader, new Date(data.now)) })
              : text.noLastEvent}
          </span>
        }
      >
        {waiting.length > 0
          ? <PaymentEvents events={waiting} reader={reader} label={text.waiting} />
          : <p class="quiet">{text.nothingWaiting}</p>}
      </Card>
      <Card title={text.runs} id="runs">
        {runs.length > 0
          ? <Runs runs={runs} reader={reader} />
          : <EmptyState title={text.noRuns} icon="search">{text.noRunsText}</EmptyState>}
      </Card>
    </Shell>
  );
});

function Runs({ runs, reader }: { runs: readonly ReconcileRunView[]; reader: Reader }) {
  const text = adminText(reader.locale);
  return (
    <Table
      label={say(text.tableOf, { title: text.runs })}
      columns={[
        { label: text.at, kind: "fixed" },
        { label: text.cause },
        { label: text.checked, kind: "number" },
        { label: text.failed, kind: "number" },
        { label: text.drift },
      ]}
      rows={runs.map((run) => [
        formatMoment(run.at, reader),
        run.cause,
        formatNumber(run.checked, reader),
        formatNumber(run.failed, reader),
        run.drift.length === 0 ? "–" : (
          <ul key="drift" class="stack stack-4">
            {run.drift.map((one, i) => (
              <li key={i} class="small">
                {`${one.field}: ${one.here || "–"} → ${one.there || "–"}`}{" "}
                <code class="tiny quiet">{one.userId}</code>
              </li>
            ))}
          </ul>
        ),
      ])}
    />
  );
}
