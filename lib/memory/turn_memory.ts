import type { Tx } from "@/lib/platform/database/mod.ts";
import { confirmed, type FactWriter, isSummary, type MemoryDependencies } from "./fact_writer.ts";
import type { createFactReading } from "./facts_read.ts";
import { forgetMessageInInbox } from "./inbox_store.ts";
import { raiseOwnVersion, raiseVersion } from "./settings.ts";
import * as store from "./store.ts";
import { indexSession, indexTurn, unindexMessage, unindexSession } from "./turn_index.ts";
import type { createTurnVectors } from "./turn_vectors.ts";

/** What a good rating of an answer adds to the confidence of the facts it used. */
const HELPED = 0.02;

/** What memory does for the turns of conversations, in their transactions. */
export function createTurnMemory(
  { clock }: MemoryDependencies,
  { writer, reading, turnVectors }: {
    writer: FactWriter;
    reading: ReturnType<typeof createFactReading>;
    turnVectors: ReturnType<typeof createTurnVectors>;
  },
) {
  return {
    /** Makes all messages of a conversation findable again that may be found. */
    async indexSession(tx: Tx, sessionId: string): Promise<void> {
      await indexSession(tx, sessionId);
      await raiseOwnVersion(tx, clock.now());
    },

    /** Makes a turn findable; with a neural model its vectors follow by a job. */
    async indexTurn(
      tx: Tx,
      turn: { userId: string; questionId: string; answerId: string },
    ): Promise<void> {
      await indexTurn(tx, turn);
      await raiseVersion(tx, turn.userId, clock.now());
      await turnVectors.queue(tx, turn);
    },

    /** Facts that helped with an answer their owner found good are believed a little more (MEM-24). */
    async helped(
      tx: Tx,
      { answerId, memoryIds }: { answerId: string; memoryIds: readonly string[] },
    ): Promise<void> {
      // Once for an answer, however often it is rated anew.
      const reason = `helped with the answer ${answerId}`;
      if (await store.hasEvent(tx, { memoryIds, reason })) return;
      for (const row of await store.findMemories(tx, memoryIds)) {
        const confidence = confirmed(row.confidence, HELPED);
        if (row.deletedAt || row.locked || confidence === row.confidence) continue;
        const patch = { confidence };
        await writer.change(tx, row, { patch, action: "confirm", actor: "user", reason });
      }
    },

    /** Takes a whole conversation out of the searched set. */
    async unindexSession(tx: Tx, sessionId: string): Promise<void> {
      await unindexSession(tx, sessionId);
      await raiseOwnVersion(tx, clock.now());
    },

    /** Counts the facts that entered a prompt. */
    countAccess: (tx: Tx, use: { userId: string; memoryIds: readonly string[] }): Promise<void> =>
      reading.countUses(tx, use.memoryIds),

    /** Takes a message out of the searched set and forgets the facts it created. */
    async forgetMessage(tx: Tx, subject: { userId: string; messageId: string }): Promise<string[]> {
      const rows = await store.memoriesOfMessage(tx, subject.messageId);
      // A summary goes with the message, and is made anew of the others.
      for (const row of rows) {
        const because = isSummary(row) ? "source" as const : "itself" as const;
        await writer.forgetRow(tx, row, "user", { because });
        if (isSummary(row)) await writer.queueSummary(tx, row);
      }
      await forgetMessageInInbox(tx, subject.messageId);
      await raiseVersion(tx, subject.userId, clock.now());
      await unindexMessage(tx, subject.messageId);
      await store.forgetMessageInReceipts(tx, subject.messageId, clock.now());
      return rows.map((row) => row.id);
    },
  };
}
