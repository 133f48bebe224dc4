import { page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import {
  formatDateTime,
  formatDay,
  formatPercent,
  formatTime,
  formatWhen,
  type Reader,
} from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { say } from "@/lib/ui/say.ts";
import { Table } from "@/lib/ui/table.tsx";
import { statusText } from "@/lib/ui/text/status.ts";
import type { RecallQuality, StatusView } from "@/lib/ui/view.ts";
import { PublicFrame } from "./(_shared)/public_frame.tsx";
import { readerOf } from "./(_shared)/shell.tsx";

const TONE = { online: "green", degraded: "amber", offline: "red" } as const;
const ICON = { online: "check", degraded: "warn", offline: "x" } as const;

/** How each part is doing; anybody may look (UI-31). */
export const handler = define.handlers({
  async GET(ctx) {
    const { status } = ctx.state.services;
    return page({ report: await status.report(), recall: status.recall() });
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const text: Record<string, string> = statusText(state.locale);
  const reader = readerOf(state);
  const { report, recall } = data;
  const standIns = new Set(report.standIns.map(({ component }) => component));
  const checked = say(text.checked!, {
    time: formatTime(report.checkedAt, reader),
    version: report.version,
  });
  return (
    <PublicFrame
      signedIn={Boolean(state.session)}
      title={text.title!}
      description={text.lead}
      locale={state.locale}
    >
      <div class="wrap band stack stack-24">
        <PageHead
          title={text.title!}
          lead={text.lead}
          actions={<LinkButton icon="refresh" href="/status">{text.refresh}</LinkButton>}
        />
        <Banner
          tone={report.status === "offline" ? "red" : TONE[report.status]}
          lead={text[`all_${report.status}`]}
        >
          {checked}
        </Banner>
        <Card>
          <Table
            label={text.title!}
            columns={[{ label: text.part! }, { label: text.state! }, { label: text.since! }]}
            rows={shown(report.components).map(([name, { state: how, since }]) => [
              <div class="stack stack-4" key={name}>
                <span class="row row-8">
                  <span class="strong">{text[name] ?? name}</span>
                  {standIns.has(name) ? <Chip tone="amber">{text.standIn}</Chip> : null}
                </span>
                {how !== "online" && text[`away_${name}`]
                  ? <span class="small quiet">{text[`away_${name}`]}</span>
                  : null}
              </div>,
              <Chip key={how} tone={TONE[how]} icon={ICON[how]}>{text[how]}</Chip>,
              <time
                class="num quiet"
                key={since}
                dateTime={since}
                title={formatDateTime(since, reader)}
              >
                {formatWhen(since, reader, new Date(report.checkedAt))}
              </time>,
            ])}
          />
        </Card>
        {report.standIns.length > 0
          ? (
            <Card title={text.standIns} id="stand-ins">
              <p class="quiet">{text.standInsText}</p>
              <ul class="stack stack-8 dashed">
                {report.standIns.map(({ component, label }) => (
                  <li key={component}>{text[`standIn_${component}`] ?? label}</li>
                ))}
              </ul>
            </Card>
          )
          : null}
        <RecallCard recall={recall} reader={reader} />
        <p class="small">
          <a href="/api/status">{text.json}</a>
        </p>
      </div>
    </PublicFrame>
  );
});

/** How well memory finds what answers a question, as it was last measured (MEM-98). */
function RecallCard({ recall, reader }: { recall: RecallQuality; reader: Reader }) {
  const text: Record<string, string> = statusText(reader.locale);
  const share = (value: number | null) => value === null ? "–" : formatPercent(value * 100, reader);
  return (
    <Card title={text.recall} id="recall">
      <p class="quiet">
        {say(text.recallText!, {
          day: formatDay(recall.at, reader),
          conversations: recall.conversations,
          questions: recall.questions,
        }, reader.locale)}
      </p>
      <Table
        label={text.recall!}
        columns={[
          { label: text.measure! },
          { label: text.reached!, kind: "number" },
          { label: text.must!, kind: "number" },
        ]}
        rows={recall.figures.map(({ name, reached, must }) => [
          text[`recall_${name.replaceAll(/[ -]/g, "_")}`] ?? name,
          <span class="num" key={name}>{share(reached)}</span>,
          <span class="num quiet" key={`${name} must`}>{share(must)}</span>,
        ])}
      />
      <p class="small quiet">
        {say(text.recallConfiguration!, {
          weights: recall.configuration.weights,
          embedder: recall.configuration.embedder,
          data: recall.data,
        })}
      </p>
    </Card>
  );
}

/** The parts there are: backups that nobody set up have no state to show. */
function shown(components: StatusView["components"]) {
  return Object.entries(components).filter(([name, { note }]) => name !== "backups" || !note);
}
