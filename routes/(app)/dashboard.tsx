import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import type {
  Contradiction,
  Conversation,
  Memory,
  MemoryStats,
  Notice,
  Proposal,
  Quota,
} from "@/lib/ui/contract.ts";
import {
  formatDateTime,
  formatDay,
  formatPercent,
  formatRelative,
  formatWhen,
  type Reader,
} from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { partOfDay } from "@/lib/ui/greeting.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { filterOf } from "@/lib/ui/memory/store.ts";
import { MemoryChip } from "@/lib/ui/memory_chip.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { ProgressRing } from "@/lib/ui/progress.tsx";
import { QuotaCard } from "@/lib/ui/quota_card.tsx";
import { say } from "@/lib/ui/say.ts";
import { snippetOf } from "@/lib/ui/snippet.ts";
import { dashboardText } from "@/lib/ui/text/dashboard.ts";
import type { TourView } from "@/lib/ui/view.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { seeOther } from "../(_shared)/answers.ts";
import { fieldsOf } from "../(_shared)/settings_frame.tsx";
import { readerOf, Shell } from "../(_shared)/shell.tsx";

interface DashboardData {
  now: string;
  quota: Quota;
  talks: Conversation[];
  /** The last words of the latest conversation. */
  snippet: string | null;
  memories: Memory[];
  stats: MemoryStats;
  proposal: Proposal | null;
  contradiction: Contradiction | null;
  notices: Notice[];
  tour: TourView;
  done: string | null;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const [quota, talks, list, stats, notices, tour] = await Promise.all([
      services.usage.quota(userId),
      services.chat.conversations(userId),
      services.memory.list(userId, filterOf(new URLSearchParams())),
      services.memory.stats(userId),
      services.notices.list({ unread: false }),
      services.tour.progress(),
    ]);
    const { proposals, contradictions } = stats.waiting;
    const latest = talks.items.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt));
    const [messages, waiting, disagree] = await Promise.all([
      latest[0] ? services.chat.messages(userId, latest[0].id) : null,
      proposals > 0 ? services.memory.proposals(userId) : null,
      contradictions > 0 ? services.memory.contradictions(userId) : null,
    ]);
    const last = messages?.items.findLast(({ role }) => role === "assistant");
    return page<DashboardData>({
      now: services.clock.now().toISOString(),
      quota,
      talks: latest.slice(0, 4),
      snippet: last ? snippetOf(last.content) : null,
      memories: list.items.slice(0, 5),
      stats,
      proposal: waiting?.items[0] ?? null,
      contradiction: disagree?.items[0] ?? null,
      notices: notices.items.slice(0, 3),
      tour,
      done: ctx.url.searchParams.get("done"),
    });
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const id = fields.get("proposal") ?? "";
    const yes = fields.get("act") === "save";
    await ctx.state.services.memory.answer(id, yes);
    return seeOther(`/dashboard?done=${yes ? "saved" : "rejected"}`);
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = dashboardText(state.locale);
  const reader = readerOf(state);
  const now = new Date(data.now);
  const { displayName } = state.session!.user;
  const latest = data.talks[0];
  const day = formatDay(data.now, reader);
  const greeting = say(text[partOfDay(now, reader.timeZone)], { name: displayName });
  return (
    <Shell state={state} url={url} title={text.title} quota={data.quota} followsPlan>
      <PageHead
        title={greeting}
        lead={latest
          ? say(text.leftOff, { day, title: latest.title ?? text.untitled })
          : say(text.firstDay, { day })}
        actions={
          <LinkButton kind="primary" icon="plus" href="/chat?new=1">
            {text.newConversation}
          </LinkButton>
        }
      />
      {data.done === "saved" || data.done === "rejected"
        ? <Banner tone="green">{text[`done_${data.done}`]}</Banner>
        : null}
      {/* Two columns that end where they end: rows of cards would leave holes between them. */}
      <div class="grid">
        <div class="c8 stack stack-16">
          {latest
            ? <Continue talks={data.talks} snippet={data.snippet} reader={reader} now={now} />
            : <Begin reader={reader} />}
          {data.proposal
            ? (
              <Waiting
                proposal={data.proposal}
                n={data.stats.waiting.proposals}
                reader={reader}
              />
            )
            : null}
          {data.contradiction
            ? (
              <Disagree
                pair={data.contradiction}
                n={data.stats.waiting.contradictions}
                reader={reader}
              />
            )
            : null}
          <Remembered memories={data.memories} reader={reader} now={now} />
        </div>
        <div class="c4 stack stack-16">
          <QuotaCard quota={data.quota} reader={reader} now={now} />
          {data.tour.open ? <Steps tour={data.tour} reader={reader} /> : null}
          {data.notices.length > 0
            ? <News notices={data.notices} reader={reader} now={now} />
            : null}
        </div>
      </div>
    </Shell>
  );
});

function Continue({ talks, snippet, reader, now }: {
  talks: Conversation[];
  snippet: string | null;
  reader: Reader;
  now: Date;
}) {
  const text = dashboardText(reader.locale);
  const [latest, ...older] = talks;
  if (!latest) return null;
  return (
    <Card
      title={text.continue}
      id="continue"
      aside={
        <time
          class="small quiet"
          dateTime={latest.updatedAt}
          title={formatDateTime(latest.updatedAt, reader)}
        >
          {formatRelative(latest.updatedAt, reader, now)}
        </time>
      }
    >
      <div class="stack">
        <p class="big">{latest.title ?? text.untitled}</p>
        {snippet ? <p class="lead clamp">“{snippet}”</p> : null}
      </div>
      <div class="row">
        <LinkButton icon="arrow" href={`/chat/${latest.id}`}>{text.continueAct}</LinkButton>
      </div>
      {older.length > 0
        ? (
          <div class="stack stack-4 top-line">
            <h3 class="small quiet">{text.recent}</h3>
            <ul class="stack stack-4">
              {older.map((one) => (
                <li class="row between nowrap" key={one.id}>
                  <a class="cut plain" href={`/chat/${one.id}`}>{one.title ?? text.untitled}</a>
                  <time class="tiny quiet" dateTime={one.updatedAt}>
                    {formatWhen(one.updatedAt, reader, now)}
                  </time>
                </li>
              ))}
            </ul>
          </div>
        )
        : null}
    </Card>
  );
}

/** What stands in the place of the last conversation on the first day. */
function Begin({ reader }: { reader: Reader }) {
  const text = dashboardText(reader.locale);
  return (
    <Card title={text.begin} id="begin">
      <p class="quiet">{text.beginText}</p>
      <ul class="stack">
        {[text.begin1, text.begin2, text.begin3].map((words) => (
          <li key={words}>
            <LinkButton
              class="wide-start"
              icon="chat"
              href={`/chat?new=1&draft=${encodeURIComponent(words)}`}
            >
              {words}
            </LinkButton>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Steps({ tour, reader }: { tour: TourView; reader: Reader }) {
  const text = dashboardText(reader.locale);
  const n = tour.steps.length;
  const done = tour.steps.filter((step) => tour.done.includes(step)).length;
  const percent = (done / n) * 100;
  return (
    <Card title={text.steps} id="steps">
      <div class="row row-16 nowrap">
        <span class="ringed">
          <ProgressRing
            size={48}
            percent={percent}
            label={say(text.stepsRing, { percent: formatPercent(percent, reader) })}
          />
          <span class="small" aria-hidden="true">{done}</span>
        </span>
        <p class="small quiet">{say(text.stepsText, { done, n })}</p>
      </div>
      <div class="row">
        <LinkButton href="/welcome">{tour.begun ? text.stepsAct : text.stepsStart}</LinkButton>
      </div>
    </Card>
  );
}

function Waiting(
  { proposal, n, reader }: { proposal: Proposal; n: number; reader: Reader },
) {
  const text = dashboardText(reader.locale);
  return (
    <Card
      title={text.waiting}
      id="waiting"
      aside={<a href="/memory/proposals">{say(text.waitingAll, { n }, reader.locale)}</a>}
    >
      <p>{proposal.text}</p>
      <p class="small quiet">{text.waitingWhy}</p>
      <PostForm action="/dashboard" class="row">
        <input type="hidden" name="proposal" value={proposal.id} />
        <Button size="sm" type="submit" name="act" value="save">{text.save}</Button>
        <Button size="sm" kind="ghost" type="submit" name="act" value="reject">
          {text.notNeeded}
        </Button>
      </PostForm>
    </Card>
  );
}

function Disagree(
  { pair, n, reader }: { pair: Contradiction; n: number; reader: Reader },
) {
  const text = dashboardText(reader.locale);
  return (
    <Card title={text.contradictions} id="disagree">
      <dl class="kv small">
        <dt>{text.earlier}</dt>
        <dd>{pair.older.text}</dd>
        <dt>{text.later}</dt>
        <dd>{pair.newer.text}</dd>
      </dl>
      <p class="small quiet">{say(text.contradictionsText, { n }, reader.locale)}</p>
      <div class="row">
        <LinkButton size="sm" href="/memory/contradictions">{text.contradictionsAct}</LinkButton>
      </div>
    </Card>
  );
}

function Remembered(
  { memories, reader, now }: {
    memories: Memory[];
    reader: Reader;
    now: Date;
  },
) {
  const text = dashboardText(reader.locale);
  return (
    <Card
      title={text.remembered}
      id="remembered"
      aside={memories.length > 0 ? <a href="/memory">{text.rememberedAll}</a> : null}
    >
      {memories.length === 0 ? <p class="quiet">{text.rememberedNone}</p> : (
        <ul class="stack">
          {memories.map((memory) => (
            <li class="row between nowrap" key={memory.id}>
              <MemoryChip
                tier={memory.tier}
                label={memory.text}
                href={`/memory/${memory.id}`}
                locale={reader.locale}
              />
              <time
                class="tiny quiet"
                dateTime={memory.createdAt}
                title={formatDateTime(memory.createdAt, reader)}
              >
                {formatWhen(memory.createdAt, reader, now)}
              </time>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function News({ notices, reader, now }: { notices: Notice[]; reader: Reader; now: Date }) {
  const text = dashboardText(reader.locale);
  return (
    <Card
      title={text.news}
      id="news"
      aside={<a href="/notifications">{text.newsAll}</a>}
    >
      <ul class="lines">
        {notices.map((notice) => (
          <li class="row nowrap row-12" key={notice.id}>
            <Icon name={notice.topic === "security" ? "shield" : "bell"} class="quiet" />
            <a class="grow plain" href={notice.href}>{notice.title}</a>
            <time class="tiny quiet" dateTime={notice.createdAt}>
              {formatWhen(notice.createdAt, reader, now)}
            </time>
          </li>
        ))}
      </ul>
    </Card>
  );
}
