import type { Tx } from "@/lib/platform/database/mod.ts";
import { estimateTokens } from "@/lib/model/mod.ts";
import type { Embedder } from "./embedder.ts";
import type { MemoryDependencies } from "./fact_writer.ts";
import { vectorText } from "./store.ts";
import { storeTurnVectors } from "./turn_index.ts";

/** The kind of the job that makes the vectors of a turn with a model host. */
export const EMBED_TURN_JOB = "memory.embed_turn";
/** Texts of one step of making vectors anew: one call of the host. */
const BATCH = 64;

/** How many facts have vectors of the present model. */
export interface EmbeddingProgress {
  model: string;
  done: number;
  total: number;
}

/**
 * Vectors of turns, and of everything after the model was changed. Hashed words say nothing new
 * beside full text, so without a neural model turns have none.
 */
export function createTurnVectors(
  { db, ids, outbox, usage }: Pick<MemoryDependencies, "db" | "ids" | "outbox" | "usage">,
  embedder: Embedder,
) {
  let under: EmbeddingProgress | null = null;

  /** How far the vectors of this model are, of all users. */
  const progress = (): Promise<EmbeddingProgress> =>
    db.asSystem("memory: embedding progress", async (tx) => {
      const [row] = await tx<{ done: number; total: number }[]>`
        select count(*) filter (where embedding_model = ${embedder.model})::integer as done,
          count(*)::integer as total
        from memories where deleted_at is null`;
      return { model: embedder.model, ...row! };
    });

  /** Notes a step of making vectors anew; the end of it makes the note go. */
  async function note(made: number): Promise<number> {
    if (made === 0) under = null;
    else under = under ? { ...under, done: under.done + made } : await progress();
    return made;
  }

  return {
    /** What is under way in this process, for the status; null when all vectors are of this model. */
    reembedding: (): EmbeddingProgress | null => under,

    /** Queues the vectors of a question and its answer. */
    async queue(
      tx: Tx,
      turn: { userId: string; questionId: string; answerId: string },
    ): Promise<void> {
      if (embedder.local) return;
      await outbox.add(tx, {
        kind: EMBED_TURN_JOB,
        key: `${EMBED_TURN_JOB}:${turn.answerId}`,
        userId: turn.userId,
        payload: { messageIds: [turn.questionId, turn.answerId] },
      });
    },

    /** Makes the vectors of messages that may be found and have none of this model. */
    async embed(userId: string, messageIds: readonly string[]): Promise<void> {
      const rows = await db.asUser(userId, (tx) =>
        tx<{ id: string; text: string }[]>`
          select id, search_text as text from messages
          where id = any(${messageIds as string[]}::uuid[]) and search_text <> ''
            and embedding_model is distinct from ${embedder.model}`);
      if (rows.length === 0) return;
      const vectors = await embedder.embedDocuments(rows.map(({ text }) => text));
      await db.asUser(userId, async (tx) => {
        await storeTurnVectors(tx, rows.map(({ id }, at) => ({ id, ...vectors[at]! })));
        await usage.recordSystem(tx, {
          userId,
          operationId: ids(),
          tokens: rows.reduce((sum, { text }) => sum + estimateTokens(text), 0),
          metadata: { feature: "embedding", model: embedder.model },
        });
      });
    },

    /**
     * One step of bringing all vectors to this model, of all users; rows not yet done are found by
     * their words. Killed anywhere, the next step goes on. @returns how many were made
     */
    async reembed(): Promise<number> {
      const rows = await db.asSystem(
        "memory: embed anew",
        (tx) =>
          tx<{ id: string; text: string }[]>`
          select id, concat_ws(' ', text, quote, nullif(array_to_string(tags, ' '), '')) as text
          from memories
          where deleted_at is null and embedding_model is distinct from ${embedder.model}
          order by id limit ${BATCH}`,
      );
      if (rows.length > 0) {
        const vectors = await embedder.embedDocuments(rows.map(({ text }) => text));
        await db.asSystem(
          "memory: embed anew",
          (tx) =>
            tx`update memories m set embedding = n.vector::halfvec, embedding_model = ${embedder.model}
            from unnest(${rows.map(({ id }) => id)}::uuid[],
              ${vectors.map(({ vector }) => vectorText(vector)!)}::text[],
              ${rows.map(({ text }) => text)}::text[]) as n(id, vector, text)
            where m.id = n.id
              -- Edited meanwhile: its own job brings the vector of the new text.
              and concat_ws(' ', m.text, m.quote, nullif(array_to_string(m.tags, ' '), '')) = n.text`,
        );
        return await note(rows.length);
      }
      if (embedder.local) return await note(0);
      const turns = await db.asSystem(
        "memory: embed anew",
        (tx) =>
          tx<{ id: string; text: string }[]>`
          select id, search_text as text from messages
          where search_text <> '' and embedding_model is distinct from ${embedder.model}
          order by id limit ${BATCH}`,
      );
      if (turns.length === 0) return await note(0);
      const vectors = await embedder.embedDocuments(turns.map(({ text }) => text));
      await db.asSystem(
        "memory: embed anew",
        (tx) => storeTurnVectors(tx, turns.map(({ id }, at) => ({ id, ...vectors[at]! }))),
      );
      return await note(turns.length);
    },

    progress,
  };
}
