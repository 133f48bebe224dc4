import type { EffectivePlan } from "@/lib/plans/mod.ts";
import { memoryBytes } from "./bytes.ts";
import type { FactWriter, MemoryDependencies, NewFact } from "./fact_writer.ts";
import type { createNearness } from "./facts_near.ts";
import { sameText } from "./normalise.ts";
import type { MemoryView, NewMemory } from "./schema.ts";
import * as store from "./store.ts";
import { memoryView } from "./views.ts";

/** What a person adds by hand. */
export function createFactAdding(
  dependencies: MemoryDependencies,
  { writer, nearness }: { writer: FactWriter; nearness: ReturnType<typeof createNearness> },
) {
  const { db, clock, usage, outbox } = dependencies;

  return {
    /**
     * Stores what the owner typed. A text that is there already gives the older row.
     *
     * @throws Problem 429 `quota_exceeded` when the storage is full
     */
    create(
      owner: { userId: string; effectivePlan: EffectivePlan },
      entry: NewMemory,
    ): Promise<{ memory: MemoryView; created: boolean }> {
      return db.asUser(owner.userId, async (tx) => {
        await store.lockFacts(tx, owner.userId);
        const same = await store.findSame(tx, {
          text: sameText(entry.text),
          subject: entry.subject ?? null,
          attribute: entry.attribute ?? null,
          value: entry.value ?? null,
          now: clock.now(),
        });
        if (same) return { memory: memoryView(same), created: false };
        const { validFrom, validTo, ...rest } = entry;
        const fact: NewFact = {
          ...rest,
          source: "first_hand",
          confidence: 0.95,
          subject: rest.subject ?? null,
          attribute: rest.attribute ?? null,
          value: rest.value ?? null,
          ...(validFrom ? { validFrom: new Date(validFrom) } : {}),
          ...(validTo ? { validTo: new Date(validTo) } : {}),
        };
        const bytes = memoryBytes(
          {
            ...fact,
            quote: null,
            subject: null,
            attribute: null,
            value: null,
            tags: entry.tags,
            sourceMessageIds: [],
          },
          dependencies.model.embedDim,
        );
        await usage.requireStorage(tx, { userId: owner.userId, plan: owner.effectivePlan, bytes });
        // Stated anew by the owner: a former forgetting no longer stands against it.
        await store.deleteTombstone(tx, await writer.hashesOf(entry.text));
        const vector = await writer.vectorAtOnce({ quote: null, tags: [], ...fact });
        const row = await writer.insert(tx, owner.userId, fact, "user", vector);
        if (row.subject && row.attribute) await nearness.openContradictions(tx, row);
        if (vector) await nearness.settleLikeness(tx, row, vector);
        return { memory: memoryView(row), created: true };
      }).then((result) => {
        outbox.wake();
        return result;
      });
    },
  };
}
