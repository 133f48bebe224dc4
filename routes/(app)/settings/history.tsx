import { page } from "fresh";
import { define, type State } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import { formatMoment } from "@/lib/ui/format.ts";
import { EmptyState } from "@/lib/ui/notice.tsx";
import { Table } from "@/lib/ui/table.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import { type SettingsData, settingsData, SettingsFrame } from "../../(_shared)/settings_frame.tsx";
import { readerOf } from "../../(_shared)/shell.tsx";

interface HistoryData extends SettingsData {
  entries: Awaited<ReturnType<State["center"]["history"]>>;
}

/** The place to go on from: the rows are the person's own, so it needs no signature. */
function placeOf(url: URL): { at: Date; id: string } | null {
  const [at = "", id = ""] = (url.searchParams.get("before") ?? "").split(" ");
  const isId = /^[0-9a-f-]{36}$/.test(id);
  return isId && !Number.isNaN(Date.parse(at)) ? { at: new Date(at), id } : null;
}

export const handler = define.handlers({
  async GET(ctx) {
    const entries = await ctx.state.center.history(placeOf(ctx.url));
    return page<HistoryData>({ ...await settingsData(ctx), entries });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text: Record<string, string> = accountText(state.locale);
  const reader = readerOf(state);
  const last = data.entries.length === 50 ? data.entries.at(-1)! : null;
  return (
    <SettingsFrame
      state={state}
      url={url}
      title={text.historyTitle!}
      lead={text.historyLead!}
      data={data}
    >
      {data.entries.length === 0
        ? <EmptyState title={text.historyNone!}>{text.historyNoneText}</EmptyState>
        : (
          <Card title={text.historyTitle} id="history">
            <Table
              label={text.historyTitle!}
              columns={[
                { label: text.when!, kind: "fixed" },
                { label: text.what! },
                { label: text.where! },
              ]}
              rows={data.entries.map((entry) => [
                formatMoment(entry.at, reader),
                <span key="what">
                  {text[`event_${entry.event}`] ?? text.event_other}{" "}
                  {entry.response ? <Chip tone="amber">{entry.response}</Chip> : null}
                </span>,
                entry.address
                  ? `${entry.device ? `${entry.device}, ` : ""}${entry.address}`
                  : entry.byOther
                  ? text.byUs
                  : "",
              ])}
            />
          </Card>
        )}
      {last
        ? (
          <p>
            <LinkButton
              href={`/settings/history?before=${encodeURIComponent(`${last.at} ${last.id}`)}`}
            >
              {text.older}
            </LinkButton>
          </p>
        )
        : null}
    </SettingsFrame>
  );
});
