import { page } from "fresh";
import { define } from "@/utils.ts";
import Memories from "@/islands/memory.tsx";
import type { MemoryStats } from "@/lib/ui/contract.ts";
import { formatBytes, formatNumber, type Reader } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { TierLabel } from "@/lib/ui/memory_chip.tsx";
import { filterOf, type MemoryData, type MemoryFilter } from "@/lib/ui/memory/store.ts";
import { writeTimes } from "@/lib/ui/memory/written.ts";
import { MemoryTabs, type MemoryView } from "@/lib/ui/memory/tabs.tsx";
import { ProgressBar } from "@/lib/ui/progress.tsx";
import { say } from "@/lib/ui/say.ts";
import { commonText } from "@/lib/ui/text/common.ts";
import { memoryText } from "@/lib/ui/text/memory.ts";
import { type Tier, TIERS } from "@/lib/ui/tokens.ts";
import { readerOf, Shell } from "../(_shared)/shell.tsx";

/** The memories an address asks for, and the one it names. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const filter = filterOf(ctx.url.searchParams);
    const wanted = ctx.url.searchParams.get("id");
    const searching = filter.query.trim() !== "";
    const [list, found, chosen, stats, quota, bounds] = await Promise.all([
      searching ? null : services.memory.list(userId, filter),
      searching ? services.memory.search(userId, filter) : null,
      wanted ? services.memory.get(userId, wanted) : null,
      services.memory.stats(userId),
      services.usage.quota(userId),
      services.memory.timeline(userId, { limit: 1 }),
    ]);
    const data = {
      filter,
      items: list?.items ?? [],
      nextCursor: list?.nextCursor ?? null,
      found,
      chosen,
    };
    return page({
      data,
      stats,
      quota,
      since: bounds.from,
      now: services.clock.now().toISOString(),
    });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = memoryText(state.locale);
  const reader = readerOf(state);
  return (
    <Shell state={state} url={url} title={text.title} quota={data.quota}>
      <PageHead title={text.title} lead={text.lead} />
      <section class="card tiers" aria-label={text.tiersLabel}>
        {TIERS.map((tier) => (
          <TierFigure key={tier} tier={tier} stats={data.stats} reader={reader} />
        ))}
      </section>
      <MemoryTabs current={viewOf(data.data.filter)} stats={data.stats} locale={state.locale} />
      <Memories
        data={data.data}
        reader={reader}
        now={data.now}
        since={data.since}
        written={timesOf(data, reader)}
      />
    </Shell>
  );
});

/** The times that the list shows at first, and both ends of the slider. */
function timesOf(
  { data, now, since }: { data: MemoryData; now: string; since: string | null },
  reader: Reader,
) {
  const found = data.found?.items ?? [];
  const facts = [
    ...data.items.map((memory) => ({ memory })),
    ...found.filter((item) => item.kind === "fact"),
  ];
  const days = [now, ...since ? [`${since.slice(0, 10)}T00:00:00.000Z`] : []];
  return writeTimes(facts, { reader, now: new Date(now), days });
}

function viewOf({ trash, includePast }: MemoryFilter): MemoryView {
  if (trash) return "/memory?trash=true";
  return includePast ? "/memory?includePast=true" : "/memory";
}

function TierFigure({ tier, stats, reader }: { tier: Tier; stats: MemoryStats; reader: Reader }) {
  const text = memoryText(reader.locale);
  const { count, capacity } = stats.tiers[tier];
  const percent = capacity === null
    ? stats.limitBytes ? (stats.bytes / stats.limitBytes) * 100 : 0
    : (count / capacity) * 100;
  const of = capacity === null
    ? say(text.countOnly, { n: count }, reader.locale)
    : say(text.ofCapacity, { n: capacity }, reader.locale);
  const foot = tier === "ltm"
    ? stats.limitBytes === null ? formatBytes(stats.bytes, reader) : say(text.bytesOf, {
      used: formatBytes(stats.bytes, reader),
      limit: formatBytes(stats.limitBytes, reader),
    })
    : text[`${tier}Foot`];
  return (
    <div>
      <div class="row between">
        <h2>
          <TierLabel tier={tier} locale={reader.locale} />
        </h2>
        <span class="small quiet hide-medium">{text[`${tier}Note`]}</span>
      </div>
      <p class="num">
        <span class="big">{formatNumber(count, reader)}</span> <span class="quiet">{of}</span>
      </p>
      <ProgressBar
        label={commonText(reader.locale)[`${tier}Full`]}
        percent={percent}
        tone="teal"
        text={foot}
      />
      <p class="small quiet">{foot}</p>
    </div>
  );
}
