import { page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { formatMoment, formatNumber } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { EmptyState } from "@/lib/ui/notice.tsx";
import { Table } from "@/lib/ui/table.tsx";
import { usageText } from "@/lib/ui/text/usage.ts";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

const PAGE = 50;

/** A person's own entries, newest first (USE-43). */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const cursor = ctx.url.searchParams.get("cursor") ?? undefined;
    const [quota, ledger] = await Promise.all([
      services.usage.quota(userId),
      services.usage.ledger(userId, { limit: PAGE, ...(cursor ? { cursor } : {}) }),
    ]);
    return page({ quota, ledger });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text: Record<string, string> = usageText(state.locale);
  const reader = readerOf(state);
  const { items, nextCursor } = data.ledger;
  return (
    <Shell state={state} url={url} title={text.entriesTitle!} quota={data.quota}>
      <PageHead
        title={text.entriesTitle!}
        lead={text.entriesLead}
        actions={
          <div class="row">
            <LinkButton href="/usage/download">{text.download}</LinkButton>
            <LinkButton kind="ghost" href="/usage">{text.back}</LinkButton>
          </div>
        }
      />
      <Card>
        {items.length === 0
          ? <EmptyState title={text.emptyTitle!} icon="chat">{text.emptyText}</EmptyState>
          : (
            <Table
              stacks
              label={text.entriesTitle!}
              columns={[
                { label: text.sequence!, kind: "fixed" },
                { label: text.when!, kind: "fixed" },
                { label: text.what! },
                { label: text.amount!, kind: "number" },
                { label: text.byFeature! },
                { label: text.hash! },
              ]}
              rows={items.map((entry) => {
                const feature = String(entry.metadata.feature ?? "other");
                return [
                  String(entry.sequence),
                  formatMoment(entry.occurredAt, reader),
                  text[`what_${entry.resource}`] ?? entry.resource,
                  formatNumber(entry.amount, reader),
                  entry.kind === "adjustment"
                    ? text.correction
                    : text[`feature_${feature}`] ?? feature,
                  <code key="hash" class="tiny quiet">{entry.hash.slice(0, 12)}</code>,
                ];
              })}
            />
          )}
        {nextCursor
          ? (
            <div class="row">
              <LinkButton href={`/usage/ledger?cursor=${encodeURIComponent(nextCursor)}`}>
                {text.olderEntries}
              </LinkButton>
            </div>
          )
          : null}
      </Card>
    </Shell>
  );
});
