import { z } from "zod";
import { FakeClock } from "@/lib/platform/clock.ts";
import { type OpenDatabase, openDatabase } from "@/lib/platform/database/mod.ts";
import { migrate, readMigrations } from "@/lib/platform/database/migrations.ts";
import { type IdSource, seededRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import {
  createRecall,
  type Embedder,
  type Found,
  indexSession,
  storeTurnVectors,
} from "@/lib/memory/mod.ts";

const memory = z.object({
  id: z.string().min(1),
  session: z.union([z.string(), z.number()]),
  at: z.iso.datetime({ offset: true }),
  speaker: z.string().min(1).max(100),
  text: z.string(),
});
const question = z.object({ id: z.string().min(1), question: z.string() });

/** A conversation of the retrieval measurement; other members are ignored (CON-50). */
export const conversationSchema = z.object({
  id: z.string().min(1),
  speakers: z.array(z.string().min(1)).min(1),
  now: z.iso.datetime({ offset: true }),
  memories: z.array(memory),
  questions: z.array(question),
});
export type RecallConversation = z.infer<typeof conversationSchema>;

/** Best first, for each question. */
export type RecallRun = Record<string, string[]>;

/** Rows of a search. */
const LIMIT = 50;
/** A search has at most so many characters. */
const MAX_QUERY = 1_000;
/** Texts that are embedded together. */
const BATCH = 64;
/** What the product stores is what it searches: the longest text of a message is far beyond this. */
const SEED = 20_260_101;

/** How a run is made. */
export interface RecallOptions {
  /** Makes vectors; hashed words are used without one. */
  embedder: Embedder;
  embedDim: number;
  /** Called with a line about what was done. */
  report: (line: string) => void;
  /** Called with what was found for each question, with the parts of every score. */
  found?: (question: { id: string }, results: readonly (Found & { id: string })[]) => void;
}

/**
 * Loads each conversation as a user of its own into a scratch database in this process's memory and
 * asks its questions through the product's search. The same input gives the same answer.
 */
export async function runRecall(
  conversations: readonly RecallConversation[],
  options: RecallOptions,
): Promise<RecallRun> {
  const db = await openScratch(options.embedDim);
  const run: RecallRun = {};
  try {
    const ids = uuidV7Source(new FakeClock("2020-01-01T00:00:00.000Z"), seededRandom(SEED));
    for (const [at, conversation] of conversations.entries()) {
      const given = await load(db, { conversation, ids, embedder: options.embedder });
      Object.assign(run, await ask(db, { conversation, ...options, ...given }));
      const { id, memories, questions } = conversation;
      options.report(
        `${
          at + 1
        }/${conversations.length} ${id}: ${memories.length} turns, ${questions.length} questions`,
      );
    }
  } finally {
    await db.close();
  }
  return run;
}

async function openScratch(embedDim: number): Promise<OpenDatabase> {
  const db = await openDatabase({ log: silentLog });
  const owner = db.owner();
  const migrations = await readMigrations(new URL("../migrations/", import.meta.url));
  await migrate(owner, { migrations, embedDim, server: false, now: new Date(0) });
  await owner.end();
  return db;
}

interface Loading {
  conversation: RecallConversation;
  ids: IdSource;
  embedder: Embedder;
}

/** Stores the turns, a conversation for each session, and makes them findable. */
async function load(
  db: OpenDatabase,
  { conversation, ids, embedder }: Loading,
): Promise<{ userId: string; memoryOf: Map<string, string> }> {
  const userId = ids();
  const memoryOf = new Map<string, string>();
  const sessions = Map.groupBy(conversation.memories, (entry) => entry.session);
  await db.asSystem("recall: load", async (tx) => {
    const at = conversation.now;
    await tx`insert into users (id, email, email_normalized, display_name, password_hash,
        trial_ends_at, terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
      values (${userId}, ${userId}, ${userId}, ${conversation
      .speakers[0]!}, 'none', ${at}, 'none', ${at},
        ${at}, ${at}, ${at})`;
    for (const turns of sessions.values()) {
      const sessionId = ids();
      await tx`insert into chat_sessions (id, user_id, model, created_at, updated_at)
        values (${sessionId}, ${userId}, '', ${turns[0]!.at}, ${turns.at(-1)!.at})`;
      const rows = turns.map((turn) => ({ ...turn, messageId: ids() }));
      for (const row of rows) memoryOf.set(row.messageId, row.id);
      await tx`insert into messages (id, user_id, session_id, parent_id, role, author, content,
          status, created_at)
        select n.id, ${userId}, ${sessionId}, n.parent, n.role, n.author, n.content, 'complete', n.at
        from unnest(${rows.map((row) => row.messageId)}::uuid[],
          ${[null, ...rows.slice(0, -1).map((row) => row.messageId)]}::uuid[],
          ${
        rows.map((row) => row.speaker === conversation.speakers[0] ? "user" : "assistant")
      }::text[],
          ${rows.map((row) => row.speaker)}::text[],
          ${rows.map((row) => storable(row.text))}::text[],
          ${rows.map((row) => row.at)}::timestamptz[]) as n(id, parent, role, author, content, at)`;
      await indexSession(tx, sessionId);
    }
  });
  if (!embedder.local) await embedTurns(db, { userId, embedder });
  return { userId, memoryOf };
}

/** PostgreSQL's text holds no NUL and no half of a surrogate pair. */
const storable = (text: string) => text.replaceAll("\0", "").toWellFormed();

async function embedTurns(
  db: OpenDatabase,
  { userId, embedder }: { userId: string; embedder: Embedder },
): Promise<void> {
  const rows = await db.asUser(userId, (tx) =>
    tx<{ id: string; content: string }[]>`
      select id, content from messages where search_text <> '' order by id`);
  for (let at = 0; at < rows.length; at += BATCH) {
    const batch = rows.slice(at, at + BATCH);
    const vectors = await embedder.embedDocuments(batch.map(({ content }) => content));
    await db.asUser(
      userId,
      (tx) => storeTurnVectors(tx, batch.map(({ id }, i) => ({ id, ...vectors[i]! }))),
    );
  }
}

async function ask(
  db: OpenDatabase,
  given: {
    conversation: RecallConversation;
    userId: string;
    memoryOf: ReadonlyMap<string, string>;
  } & Pick<RecallOptions, "embedder" | "found">,
): Promise<RecallRun> {
  const { conversation, userId, memoryOf, embedder } = given;
  const { search } = createRecall({
    db,
    clock: new FakeClock(conversation.now),
    metrics: createMetrics(),
    embedder,
  });
  const run: RecallRun = {};
  for (const { id, question } of conversation.questions) {
    const { results } = await search(userId, {
      query: [...storable(question)].slice(0, MAX_QUERY).join(""),
      limit: LIMIT,
      kinds: ["turn"],
      includePast: false,
      fill: true,
    });
    const turns = results.flatMap((item) =>
      item.kind === "turn" ? [{ ...item, id: memoryOf.get(item.messageId)! }] : []
    );
    given.found?.({ id }, turns);
    run[id] = turns.map((turn) => turn.id);
  }
  return run;
}
