import type { ComponentChildren } from "preact";
import { page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import type { Plan, Quota, QuotaResource, UsagePart } from "@/lib/ui/contract.ts";
import {
  formatBytes,
  formatDateTime,
  formatDay,
  formatDuration,
  formatMoney,
  formatNumber,
  formatPercent,
  formatTime,
  type Reader,
} from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Banner, EmptyState } from "@/lib/ui/notice.tsx";
import { type BarTone, Meter } from "@/lib/ui/progress.tsx";
import { say } from "@/lib/ui/say.ts";
import { Table } from "@/lib/ui/table.tsx";
import { Segments } from "@/lib/ui/tabs.tsx";
import { usageText } from "@/lib/ui/text/usage.ts";
import { UsageChart } from "@/lib/ui/usage_chart.tsx";
import { readerOf, Shell } from "../(_shared)/shell.tsx";

const PERIODS = [7, 30, 90] as const;

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const wanted = Number(ctx.url.searchParams.get("days"));
    const days = PERIODS.find((period) => period === wanted) ?? 30;
    const [quota, history, ledger, breakdown] = await Promise.all([
      services.usage.quota(userId),
      services.usage.history(userId, days),
      services.usage.verify(userId),
      services.usage.breakdown(userId, days),
    ]);
    const plan = services.plans.cards().find((card) => card.plan === quota.effectivePlan) ?? null;
    const now = services.clock.now().toISOString();
    return page({ quota, history, ledger, breakdown, days, plan, now });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = usageText(state.locale);
  const reader = readerOf(state);
  const { quota, ledger } = data;
  const days = data.history.toReversed().map((day) => ({
    day: day.day,
    tokens: day.resources["llm_tokens"]?.amount ?? 0,
    messages: day.resources["messages"]?.amount ?? 0,
  }));
  const system = data.history.reduce((n, d) => n + (d.resources["system_tokens"]?.amount ?? 0), 0);
  return (
    <Shell state={state} url={url} title={text.title} quota={quota} followsPlan>
      <PageHead
        title={text.title}
        lead={text.lead}
        actions={
          <Segments
            label={text.period}
            items={PERIODS.map((n) => ({
              href: `/usage?days=${n}`,
              label: say(text.days, { n }),
              current: n === data.days,
            }))}
          />
        }
      />
      <Warning quota={quota} reader={reader} />
      <Lowered quota={quota} reader={reader} />
      <div class="grid">
        <Now quota={quota} reader={reader} now={new Date(data.now)} />
        <PlanCard quota={quota} plan={data.plan} reader={reader} />
        <Card title={text.perDay} id="per-day" span={8}>
          {days.some((d) => d.tokens > 0)
            ? <UsageChart days={days} limit={quota.resources.llm_tokens.limit} reader={reader} />
            : (
              <EmptyState icon="chat" title={text.emptyTitle}>
                {text.emptyText}
              </EmptyState>
            )}
          {system > 0
            ? (
              <p class="small quiet">
                {say(text.system, { n: formatNumber(system, reader) })}
              </p>
            )
            : null}
        </Card>
        <Card title={text.ledger} id="ledger" span={4}>
          <p>
            {ledger.valid
              ? (
                <Chip tone="green" icon="shield">
                  {say(text.verified, { n: ledger.rows }, reader.locale)}
                </Chip>
              )
              : (
                <Chip tone="red" icon="warn">
                  {say(text.broken, { id: ledger.firstBad?.id ?? "?" })}
                </Chip>
              )}
          </p>
          <p class="small quiet">{text.ledgerText}</p>
          <div class="row">
            <LinkButton size="sm" href="/usage/ledger">{text.entries}</LinkButton>
            <LinkButton size="sm" kind="ghost" href="/usage/download">{text.download}</LinkButton>
          </div>
        </Card>
        <Parts
          id="features"
          title={text.byFeature}
          parts={data.breakdown.byFeature}
          reader={reader}
          name={(part) => featureName(part.name, reader.locale)}
        />
        <Parts
          id="models"
          title={text.byModel}
          parts={data.breakdown.byModel}
          reader={reader}
          name={(part) => part.name}
        />
        {data.breakdown.byKey.length > 0
          ? (
            <Parts
              id="keys"
              title={text.byKey}
              parts={data.breakdown.byKey}
              reader={reader}
              name={(part) => part.label ?? part.name}
            />
          )
          : null}
        <Parts
          id="conversations"
          title={text.byConversation}
          parts={data.breakdown.byConversation.slice(0, 8)}
          reader={reader}
          name={(part) =>
            part.label === null
              ? <span class="quiet">{text.goneConversation}</span>
              : <a href={`/chat/${part.name}`}>{part.label}</a>}
        />
      </div>
    </Shell>
  );
});

function featureName(name: string, locale: string): string {
  const text: Record<string, string> = usageText(locale);
  return text[`feature_${name}`] ?? name;
}

/** A part of what was used, the largest first; nothing where nothing was used. */
function Parts({ id, title, parts, name, reader }: {
  id: string;
  title: string;
  parts: readonly UsagePart[];
  name: (part: UsagePart) => ComponentChildren;
  reader: Reader;
}) {
  const text = usageText(reader.locale);
  if (parts.length === 0) return null;
  return (
    <Card title={title} id={id} span={6}>
      <Table
        label={say(text.tableOf, { title })}
        columns={[
          { label: text.what },
          { label: text.tokens, kind: "number" },
          { label: text.messages, kind: "number" },
        ]}
        rows={parts.map((part) => [
          name(part),
          formatNumber(part.tokens, reader),
          formatNumber(part.messages, reader),
        ])}
      />
    </Card>
  );
}

/** Limits that were set for this person, with the reason (PLN-11). */
function Overrides({ quota, reader }: { quota: Quota; reader: Reader }) {
  const text = usageText(reader.locale);
  const names: Record<string, string> = text;
  return (
    <>
      {quota.overrides.map((one) => (
        <p key={one.resource} class="small">
          {say(one.limit === null ? text.overrideFree : text.override, {
            what: names[`what_${one.resource}`] ?? one.resource,
            n: one.resource === "memory_storage"
              ? formatBytes(one.limit ?? 0, reader)
              : formatNumber(one.limit ?? 0, reader),
            reason: one.reason,
          })}
        </p>
      ))}
    </>
  );
}

function Warning({ quota, reader }: { quota: Quota; reader: Reader }) {
  const text = usageText(reader.locale);
  const worst = quota.warnings.toSorted((a, b) => b.percentage - a.percentage)[0];
  // From 90 % on the banner of all pages says it (UI-49).
  if (worst?.level !== "notice") return null;
  const names: Record<string, string> = text;
  const what = names[`what_${worst.resource}`] ?? worst.resource;
  return (
    <Banner
      tone="amber"
      lead={say(text.noticeLead, { what, percent: formatPercent(worst.percentage, reader) })}
      action={<LinkButton size="sm" href="/billing">{text.comparePlans}</LinkButton>}
    >
      {say(text.noticeText, { time: formatTime(quota.resetsAt, reader) })}
    </Banner>
  );
}

/** Says that answers wait in a slower queue, why, and until when (PLN-7, ACC-124). */
function Lowered({ quota: { queue }, reader }: { quota: Quota; reader: Reader }) {
  const text = usageText(reader.locale);
  if (!queue) return null;
  const names: Record<string, string> = text;
  const fair = queue.reason === "fair_use";
  const what = names[`what_${queue.resource}`] ?? queue.resource ?? "";
  const why = fair ? say(text.fairUseText, { what }) : text.unusualUseText;
  const end = queue.until
    ? say(text.loweredUntil, { when: formatDateTime(queue.until, reader) })
    : text.loweredOpen;
  return (
    <Banner tone="amber" lead={fair ? text.fairUseLead : text.unusualUseLead}>
      {`${why} ${end}`}
    </Banner>
  );
}

function Now({ quota, reader, now }: { quota: Quota; reader: Reader; now: Date }) {
  const text = usageText(reader.locale);
  const { llm_tokens, messages, memory_storage } = quota.resources;
  const number = (n: number) => formatNumber(n, reader);
  const bytes = (n: number) => formatBytes(n, reader);
  const resets = say(text.resetsIn, {
    duration: formatDuration(Date.parse(quota.resetsAt) - now.getTime(), reader),
    time: formatTime(quota.resetsAt, reader),
  });
  return (
    <Card title={text.now} id="now" span={8} aside={<span class="small quiet">{resets}</span>}>
      <div class="fit">
        <Allowance label={text.tokensToday} of={llm_tokens} show={number} reader={reader} />
        <Allowance label={text.messagesToday} of={messages} show={number} reader={reader} />
        <Allowance
          label={text.memory}
          of={memory_storage}
          show={bytes}
          reader={reader}
          tone="teal"
        />
      </div>
      <Overrides quota={quota} reader={reader} />
    </Card>
  );
}

interface AllowanceProps {
  label: string;
  of: QuotaResource;
  show: (amount: number) => string;
  reader: Reader;
  tone?: BarTone;
}

/** One allowance in words and as a bar: neutral, then amber from 80 %, red from 90 % (UI-95). */
function Allowance({ label, of, show, reader, tone = "indigo" }: AllowanceProps) {
  const text = usageText(reader.locale);
  const percent = of.percentage ?? 0;
  if (of.limit === null) {
    return (
      <Meter label={label} used={say(text.used, { n: show(of.used) })} note={text.unlimited} />
    );
  }
  if (of.limit === 0) {
    return (
      <Meter label={label} used={say(text.used, { n: show(of.used) })} note={text.notInPlan} />
    );
  }
  const left = show(of.remaining ?? 0);
  const note = of.reserved > 0
    ? say(text.held, { left, held: show(of.reserved) })
    : say(text.left, { left, percent: formatPercent(percent, reader) });
  return (
    <Meter
      label={label}
      used={show(of.used)}
      limit={show(of.limit)}
      percent={percent}
      tone={percent >= 90 ? "red" : percent >= 80 ? "amber" : tone}
      note={note}
      locale={reader.locale}
    />
  );
}

function PlanCard(
  { quota, plan, reader }: { quota: Quota; plan: Plan | null; reader: Reader },
) {
  const text = usageText(reader.locale);
  if (!plan) return null;
  const ended = quota.effectivePlan === "expired";
  const { amount, currency, interval } = plan.price;
  return (
    <Card
      title={text.plan}
      id="plan"
      span={4}
      aside={<Chip tone={ended ? "amber" : "green"}>{ended ? text.ended : text.active}</Chip>}
    >
      <p class="price">
        <span class="big">{plan.name}</span>
        <span class="quiet">
          {amount === 0
            ? text.free
            : `${formatMoney(amount, currency, reader)} ${interval ? text.perMonth : ""}`}
        </span>
      </p>
      <dl class="kv small">
        {quota.trialEndsAt && quota.effectivePlan === "free_trial"
          ? (
            <>
              <dt>{text.trialEnds}</dt>
              <dd>{formatDay(quota.trialEndsAt, reader)}</dd>
            </>
          )
          : null}
        {plan.limits.answerTokens === null ? null : (
          <>
            <dt>{text.largestAnswer}</dt>
            <dd class="num">
              {say(text.tokensUnit, { n: formatNumber(plan.limits.answerTokens, reader) })}
            </dd>
          </>
        )}
        {plan.limits.concurrentStreams === null ? null : (
          <>
            <dt>{text.atOnce}</dt>
            <dd class="num">{formatNumber(plan.limits.concurrentStreams, reader)}</dd>
          </>
        )}
      </dl>
      <div class="row">
        <LinkButton href="/billing">{text.comparePlans}</LinkButton>
      </div>
    </Card>
  );
}
