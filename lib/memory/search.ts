import type { Clock } from "@/lib/platform/clock.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import { statesAt } from "./past_store.ts";
import type { createRecall } from "./recall.ts";
import type { MemorySearch, MemorySearchAnswer, MemoryView } from "./schema.ts";
import { createSearchCache } from "./search_cache.ts";
import { versionOf } from "./settings.ts";
import * as store from "./store.ts";
import { memoryView } from "./views.ts";

/** Searches facts and turns with the ranking of recall; what was found is kept (MEM-72). */
export function createSearch(
  { db, clock }: { db: Database; clock: Clock },
  retrieval: Pick<ReturnType<typeof createRecall>, "search">,
) {
  const kept = createSearchCache<MemorySearchAnswer>(clock);

  async function find(userId: string, request: MemorySearch): Promise<MemorySearchAnswer> {
    const at = request.asOf ? new Date(request.asOf) : null;
    const narrowed = at !== null || Object.keys(request.filters).length > 0;
    const found = await retrieval.search(userId, {
      ...request,
      // Narrowed afterwards: the whole list is looked at.
      limit: narrowed ? 100 : request.limit,
      includePast: request.includePast || at !== null,
    });
    const rows = await db.asUser(userId, async (tx) => {
      const ids = found.results.flatMap((item) => item.kind === "fact" ? [item.memoryId] : []);
      return {
        facts: await store.findMemories(tx, ids),
        then: at ? await statesAt(tx, ids, at) : null,
        titles: await tx<{ id: string; title: string | null }[]>`
          select id, title from chat_sessions where id = any(${
          found.results.flatMap((item) => item.kind === "turn" ? [item.sessionId] : [])
        }::uuid[])`,
      };
    });
    const facts = new Map(rows.facts.map((row) => [row.id, memoryView(row)]));
    const views = rows.then ?? facts;
    const titles = new Map(rows.titles.map((row) => [row.id, row.title]));
    const items = found.results.flatMap((item): MemorySearchAnswer["items"] => {
      const common = { score: item.score, parts: item.parts, reasons: item.reasons };
      if (item.kind === "fact") {
        const memory = views.get(item.memoryId);
        if (!memory || !fits(memory, request, at)) return [];
        return [{ kind: "fact", memory, ...common }];
      }
      return [{
        kind: "turn",
        message: {
          id: item.messageId,
          sessionId: item.sessionId,
          sessionTitle: titles.get(item.sessionId) ?? null,
          role: item.role,
          author: item.author,
          content: item.text,
          createdAt: item.date.toISOString(),
        },
        ...common,
      }];
    });
    return {
      items: items.slice(0, request.limit),
      total: narrowed ? items.length : found.total,
      degraded: found.degraded,
      ms: Math.round(found.ms * 10) / 10,
    };
  }

  return async (userId: string, request: MemorySearch): Promise<MemorySearchAnswer> => {
    const started = clock.monotonic();
    const version = await db.asUser(userId, (tx) => versionOf(tx, userId));
    const key = JSON.stringify([userId, version, request]);
    const known = kept.get(key);
    if (known) return { ...known, ms: Math.round((clock.monotonic() - started) * 10) / 10 };
    const answer = await find(userId, request);
    // A host that was away must not be away for five minutes.
    if (!answer.degraded) kept.set(key, answer);
    return answer;
  };
}

/** Whether a fact, as it was at a time, is what a search was narrowed to. */
function fits(
  memory: MemoryView,
  { filters, includePast }: MemorySearch,
  at: Date | null,
): boolean {
  const { tier, type, source, tag, pinned, from, to } = filters;
  const moment = at?.toISOString();
  if (moment && (memory.deletedAt || (memory.expiresAt && memory.expiresAt <= moment))) {
    return false;
  }
  if (
    moment && !includePast && (memory.supersededAt || (memory.validTo && memory.validTo <= moment))
  ) {
    return false;
  }
  return (!tier || memory.tier === tier) && (!type || memory.type === type) &&
    (!source || memory.source === source) && (!tag || memory.tags.includes(tag)) &&
    (pinned === undefined || memory.pinned === pinned) &&
    (!from || memory.createdAt >= new Date(from).toISOString()) &&
    (!to || memory.createdAt < new Date(to).toISOString());
}
