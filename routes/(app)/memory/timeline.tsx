import { page } from "fresh";
import { define } from "@/utils.ts";
import type { Memory } from "@/lib/ui/contract.ts";
import { formatDateTime, formatDay, type Reader } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { MemoryTabs } from "@/lib/ui/memory/tabs.tsx";
import { EmptyState } from "@/lib/ui/notice.tsx";
import { say } from "@/lib/ui/say.ts";
import { careWord, memoryCareText } from "@/lib/ui/text/memory_care.ts";
import { memoryText } from "@/lib/ui/text/memory.ts";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const cursor = ctx.url.searchParams.get("cursor") ?? undefined;
    const [steps, facts, stats, quota] = await Promise.all([
      services.memory.timeline(userId, { limit: 50, cursor }),
      services.memory.all(userId),
      services.memory.stats(userId),
      services.usage.quota(userId),
    ]);
    const now = services.clock.now().toISOString();
    return page({ steps, facts, stats, quota, now });
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
      {steps.items.length === 0
        ? (
          <section class="card">
            <EmptyState title={care.timelineEmpty}>{care.timelineEmptyText}</EmptyState>
          </section>
        )
        : (
          <>
            <Validity facts={data.facts} now={data.now} reader={reader} />
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
                    href={`/memory/timeline?cursor=${encodeURIComponent(steps.nextCursor)}`}
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

/** A bar for each fact from when it became true to when it ended, in words beside it (UI-50). */
function Validity(
  { facts, now, reader }: { facts: Memory[]; now: string; reader: Reader },
) {
  const text = memoryCareText(reader.locale);
  const end = Date.parse(now);
  const start = Math.min(...facts.map((fact) => Date.parse(fact.validFrom)), end - 86_400_000);
  const at = (time: string) =>
    Math.round(Math.min(1, Math.max(0, (Date.parse(time) - start) / (end - start))) * 1000);
  return (
    <section class="card" aria-labelledby="validity">
      <h2 id="validity" class="title">{text.validity}</h2>
      <ul class="spans">
        {facts.map((fact) => {
          const from = Math.min(at(fact.validFrom), 994);
          const to = fact.validTo ? at(fact.validTo) : 1000;
          const until = fact.validTo
            ? say(text.until, { when: formatDay(fact.validTo, reader) })
            : text.still;
          return (
            <li key={fact.id}>
              <span class="row between">
                <a class="link" href={`/memory/${fact.id}`}>
                  {fact.validTo ? <s>{fact.text}</s> : fact.text}
                </a>
                <span class="small quiet">
                  {say(text.since, { when: formatDay(fact.validFrom, reader) })}, {until}
                </span>
              </span>
              <svg viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="span-all" x="0" y="0" width="1000" height="6" rx="3" />
                <rect
                  class={fact.validTo ? "span-past" : "span-now"}
                  x={from}
                  y="0"
                  width={Math.max(6, to - from)}
                  height="6"
                  rx="3"
                />
              </svg>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
