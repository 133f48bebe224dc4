import { page } from "fresh";
import { define } from "@/utils.ts";
import MemoryCare from "@/islands/memory_care.tsx";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { Card, Stat } from "@/lib/ui/card.tsx";
import type { MemoryStats } from "@/lib/ui/contract.ts";
import { formatBytes, formatNumber, formatPercent, type Reader } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { MemoryTabs } from "@/lib/ui/memory/tabs.tsx";
import { say } from "@/lib/ui/say.ts";
import { memoryCareText } from "@/lib/ui/text/memory_care.ts";
import { memoryText } from "@/lib/ui/text/memory.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const [settings, stats, quota] = await Promise.all([
      services.memory.settings(userId),
      services.memory.stats(userId),
      services.usage.quota(userId),
    ]);
    const growth = everyDay(stats.growth, services.clock.now());
    return page({
      settings,
      stats: { ...stats, growth },
      quota,
      kinds: services.memory.kinds(),
    });
  },
  /** A fix proposes; the owner decides on the page of proposals. */
  async POST(ctx) {
    const what = (await ctx.req.formData()).get("fix");
    if (what === "duplicates" || what === "unused") {
      await ctx.state.services.memory.proposeFix(ctx.state.session!.user.id, what);
    }
    return new Response(null, { status: 303, headers: { location: "/memory/proposals" } });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = memoryText(state.locale);
  const care = memoryCareText(state.locale);
  const reader = readerOf(state);
  return (
    <Shell state={state} url={url} title={care.tabCare} quota={data.quota}>
      <PageHead title={text.title} lead={care.careLead} />
      <MemoryTabs current="/memory/care" stats={data.stats} locale={state.locale} />
      <Health stats={data.stats} reader={reader} />
      <MemoryCare settings={data.settings} kinds={data.kinds} reader={reader} />
    </Shell>
  );
});

/** The last thirty days in order, also those on which nothing was added. */
function everyDay(growth: MemoryStats["growth"], now: Date): MemoryStats["growth"] {
  const counts = new Map(growth.map(({ day, count }) => [day, count]));
  return Array.from({ length: 30 }, (_, n) => {
    const day = new Date(now.getTime() - (29 - n) * 86_400_000).toISOString().slice(0, 10);
    return { day, count: counts.get(day) ?? 0 };
  });
}

/** What can be done about it; each only proposes. */
function Fixes({ stats: { health, waiting }, reader }: { stats: MemoryStats; reader: Reader }) {
  const text = memoryCareText(reader.locale);
  if (health.duplicates + health.unused + waiting.contradictions === 0) return null;
  return (
    <PostForm class="row">
      {health.duplicates > 0
        ? <Button type="submit" name="fix" value="duplicates">{text.fixDuplicates}</Button>
        : null}
      {health.unused > 0
        ? <Button type="submit" name="fix" value="unused">{text.fixUnused}</Button>
        : null}
      {waiting.contradictions > 0
        ? <LinkButton href="/memory/contradictions">{text.fixContradicting}</LinkButton>
        : null}
    </PostForm>
  );
}

function Health({ stats, reader }: { stats: MemoryStats; reader: Reader }) {
  const text = memoryCareText(reader.locale);
  const share = (rate: number | null) =>
    rate === null ? text.none : formatPercent(rate * 100, reader);
  const { health } = stats;
  const most = Math.max(1, ...stats.growth.map(({ count }) => count));
  return (
    <Card title={text.health} id="health">
      <dl class="figures">
        <Stat label={text.hitRate} value={share(stats.hitRate)} note={text.ofDays} />
        <Stat label={text.saveRate} value={share(stats.saveRate)} note={text.ofDays} />
        <Stat label={text.ending} value={formatNumber(health.ending, reader)} />
        <Stat
          label={text.inTrash}
          value={formatNumber(health.trash, reader)}
          note={formatBytes(health.trashBytes, reader)}
        />
        <Stat label={text.withoutVector} value={formatNumber(health.withoutVector, reader)} />
        <Stat label={text.otherModel} value={formatNumber(health.otherModel, reader)} />
        <Stat label={text.duplicates} value={formatNumber(health.duplicates, reader)} />
        <Stat label={text.unused} value={formatNumber(health.unused, reader)} />
        <Stat label={text.withoutSource} value={formatNumber(health.withoutSource, reader)} />
        <Stat
          label={text.contradicting}
          value={formatNumber(stats.waiting.contradictions, reader)}
        />
      </dl>
      <Fixes stats={stats} reader={reader} />
      {stats.growth.some(({ count }) => count > 0)
        ? (
          <figure class="stack stack-4">
            <figcaption class="small quiet">{text.growth}</figcaption>
            <svg class="growth" viewBox={`0 0 ${stats.growth.length * 12} 40`} aria-hidden="true">
              {stats.growth.map(({ day, count }, at) => {
                const height = Math.max(1, Math.round((count / most) * 40));
                return (
                  <rect key={day} x={at * 12} y={40 - height} width="8" height={height} rx="1" />
                );
              })}
            </svg>
            <ul class="sr">
              {stats.growth.filter(({ count }) => count > 0).map(({ day, count }) => (
                <li key={day}>{say(text.growthDay, { day, n: count }, reader.locale)}</li>
              ))}
            </ul>
          </figure>
        )
        : null}
    </Card>
  );
}
