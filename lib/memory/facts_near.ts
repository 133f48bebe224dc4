import { estimateTokens } from "@/lib/model/mod.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import type { Embedder } from "./embedder.ts";
import { type FactWriter, isSummary, type MemoryDependencies } from "./fact_writer.ts";
import type { Inbox } from "./inbox.ts";
import { likeFacts } from "./likeness.ts";
import { sameText } from "./normalise.ts";
import * as store from "./store.ts";

/** What a fact is to those that say much the same or something else. */
export function createNearness(
  dependencies: MemoryDependencies,
  { writer, inbox, embedder }: { writer: FactWriter; inbox: Inbox; embedder: Embedder },
) {
  const { db, clock, ids, usage } = dependencies;

  /** A new value of a slot against the ones that are there: the owner says which is true (MEM-43). */
  async function openContradictions(tx: Tx, row: store.MemoryRow): Promise<void> {
    const others = await store.comparableFacts(tx, {
      ...row,
      text: sameText(row.text),
      now: clock.now(),
    });
    for (const other of others) {
      if (other.id !== row.id && writer.conflicts(other, row)) {
        await inbox.contradict(tx, other, row);
      }
    }
  }

  /**
   * What a fact is to those near it, once its vector has come. What was taken from a message and
   * says nothing new goes into the older fact; what the owner typed stays as it is.
   */
  async function settleLikeness(
    tx: Tx,
    row: store.MemoryRow,
    vector: store.StoredVector,
  ): Promise<void> {
    if (row.supersededAt || isSummary(row)) return;
    const alike = (await likeFacts(tx, row, { vector, now: clock.now(), except: row.id }))
      .filter(({ fact }) => fact.createdAt <= row.createdAt);
    const same = alike.find(({ kind }) => kind === "same")?.fact;
    const taken = row.quote !== null && row.accessCount === 0 && !row.pinned && !row.locked;
    if (same && taken && !same.locked) {
      return await writer.merge(tx, { kept: same, other: row, actor: "extraction" });
    }
    await inbox.relate(tx, row, alike);
  }

  return {
    openContradictions,
    settleLikeness,

    /** Makes the vector of a fact with the model host. */
    async embed(userId: string, memoryId: string): Promise<void> {
      const row = await db.asUser(userId, (tx) => store.findMemory(tx, memoryId));
      if (!row || row.deletedAt) return;
      const embedding = await embedder.embedDocument(writer.embedText(row));
      await db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
        const current = await store.findMemory(tx, memoryId, { lock: true });
        if (current?.text !== row.text) return; // edited meanwhile: its own job brings the new one
        await store.updateMemory(tx, memoryId, { embedding, updatedAt: row.updatedAt });
        await settleLikeness(tx, current, embedding);
        await usage.recordSystem(tx, {
          userId,
          operationId: ids(),
          tokens: estimateTokens(writer.embedText(row)),
          metadata: { feature: "embedding", model: embedding.model },
        });
      });
    },
  };
}
