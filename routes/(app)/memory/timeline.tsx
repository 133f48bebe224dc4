import { page } from "fresh";
import { define } from "@/utils.ts";
import { formatDateTime } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { stretchOf } from "@/lib/ui/memory/lanes.ts";
import { MemoryTabs } from "@/lib/ui/memory/tabs.tsx";
import { SHOWN_FACTS, Validity } from "@/lib/ui/memory/validity.tsx";
import { EmptyState } from "@/lib/ui/notice.tsx";
import { careWord, memoryCareText } from "@/lib/ui/text/memory_care.ts";
import { memoryText } from "@/lib/ui/text/memory.ts";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const query = ctx.url.searchParams;
    const cursor = query.get("cursor") ?? undefined;
    const first = await services.memory.firstValid(userId);
    const stretch = stretchOf(
      { zoom: query.get("zoom"), until: query.get("until") },
      { first, now: services.clock.now().toISOString() },
    );
    const { from, to, zoom } = stretch;
    const [steps, facts, stats, quota] = await Promise.all([
      services.memory.timeline(userId, {
        limit: 50,
        cursor,
        ...(zoom === "all" ? {} : { from, to }),
      }),
      services.memory.during(userId, { from, to, limit: SHOWN_FACTS }),
      services.memory.stats(userId),
      services.usage.quota(userId),
    ]);
    return page({ steps, facts, stats, quota, stretch, known: first !== null });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = memoryText(state.locale);
  const care = memoryCareText(state.locale);
  const reader = readerOf(state);
  const { steps } = data;
  return (
    <Shell state={state} url={url} title={care.tabTimeline} quota={data.quota}>
      <PageHead title={text.title} lead={care.timelineLead} />
      <MemoryTabs current="/memory/timeline" stats={data.stats} locale={state.locale} />
      {!data.known
        ? (
          <section class="card">
            <EmptyState title={care.timelineEmpty}>{care.timelineEmptyText}</EmptyState>
          </section>
        )
        : (
          <>
            <Validity facts={data.facts} stretch={data.stretch} reader={reader} />
            <section class="card" aria-labelledby="steps">
              <h2 id="steps" class="title">{care.steps}</h2>
              <ol class="steps-list">
                {steps.items.map((step) => (
                  <li key={step.id}>
                    <p>
                      <span class="quiet">{careWord(`action_${step.action}`, state.locale)}:</span>
                      {" "}
                      <a class="link" href={`/memory/${step.memoryId}`}>{step.text}</a>
                    </p>
                    <p class="small quiet">
                      {[
                        formatDateTime(step.createdAt, reader),
                        careWord(`actor_${step.actor}`, state.locale),
                        step.reason,
                      ].filter(Boolean).join(", ")}
                    </p>
                  </li>
                ))}
              </ol>
              {steps.nextCursor
                ? (
                  <a
                    class="link"
                    href={moreOf(url, steps.nextCursor)}
                  >
                    {care.more}
                  </a>
                )
                : null}
            </section>
          </>
        )}
    </Shell>
  );
});

/** The same view, further back among its steps. */
function moreOf(url: URL, cursor: string): string {
  const query = new URLSearchParams(url.search);
  query.set("cursor", cursor);
  return `/memory/timeline?${query}`;
}
