import { systemClock } from "@/lib/platform/clock.ts";
import { openDatabase } from "@/lib/platform/database/mod.ts";
import { migrate, readMigrations } from "@/lib/platform/database/migrations.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { LEXICAL_MODEL, lexicalEmbedding } from "@/lib/model/mod.ts";
import { createRecall } from "@/lib/memory/mod.ts";
import { createServerDatabase } from "../support/database.ts";
import type { Kind } from "./product.ts";
import { type Summary, summary } from "./stats.ts";

/** How long one person waits for a search; in milliseconds. */
export interface MemoryFigures {
  rows: number;
  search: Summary;
}

const DIM = 768;
const WARM_UP = 20;
const SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split(" ");

/** Searches facts and turns of one person who has `rows` of them, half of each. */
export async function measureMemory(
  kind: Kind,
  options: { rows: number; rounds: number },
): Promise<MemoryFigures> {
  const server = kind === "server"
    ? await createServerDatabase(Deno.env.get("TEST_DATABASE_URL")!)
    : null;
  const db = await openDatabase({ log: silentLog, ...(server ? { url: server.adminUrl } : {}) });
  const owner = db.owner(server?.adminUrl);
  const migrations = await readMigrations(new URL("../../lib/migrations/", import.meta.url));
  await migrate(owner, { migrations, embedDim: DIM, server: server !== null, now: new Date(0) });
  const ids = uuidV7Source(systemClock, secureRandom);
  const userId = ids();
  const at = new Date();
  await db.asSystem("bench", async (tx) => {
    await tx`insert into users (id, email, email_normalized, display_name, password_hash,
        trial_ends_at, terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
      values (${userId}, ${userId}, ${userId}, 'Ada', 'x', ${at}, '1', ${at}, ${at}, ${at}, ${at})`;
    for (let from = 0; from < options.rows / 2; from += 500) {
      const sessionId = ids();
      await tx`insert into chat_sessions (id, user_id, model, created_at, updated_at)
        values (${sessionId}, ${userId}, 'm', ${at}, ${at})`;
      const count = Math.min(500, options.rows / 2 - from);
      const texts = Array.from({ length: count }, (_, n) => sentence(from + n, 16));
      const around = Array.from({ length: count }, (_, n) => sentence(from + n + 1, 40));
      await tx`insert into memories (id, user_id, type, tier, source, text, confidence,
          constitution_valid, valid_from, created_at, updated_at, bytes, embedding, embedding_model)
        select n.id, ${userId}, 'fact', 'ltm', 'first_hand', n.text, 0.8, true, ${at}, ${at}, ${at},
          100, n.vector::halfvec, ${LEXICAL_MODEL}
        from unnest(${texts.map(() => ids())}::uuid[], ${texts}::text[],
          ${texts.map((text) => `[${lexicalEmbedding(text, DIM).join(",")}]`)}::text[])
          as n(id, text, vector)`;
      await tx`insert into messages (id, user_id, session_id, role, author, content, status,
          created_at, search_text, search_context)
        select n.id, ${userId}, ${sessionId}, 'user', 'Ada', n.text, 'complete', ${at}, n.text, n.near
        from unnest(${texts.map(() => ids())}::uuid[], ${texts}::text[], ${around}::text[])
          as n(id, text, near)`;
    }
  });
  await owner.unsafe("vacuum analyze").simple();
  const { search } = createRecall({
    db,
    clock: systemClock,
    metrics: createMetrics(),
    embedder: {
      model: LEXICAL_MODEL,
      embedQuery: (text) => Promise.resolve(lexicalEmbedding(text, DIM)),
    },
  });
  const times: number[] = [];
  for (let n = -WARM_UP; n < options.rounds; n++) {
    const { ms } = await search(userId, {
      query: sentence(n * 37 + 1_000, 6),
      limit: 10,
      kinds: ["fact", "turn"],
      includePast: false,
    });
    if (n >= 0) times.push(ms);
  }
  await owner.end();
  await db.close();
  await server?.drop();
  return { rows: options.rows, search: summary(times) };
}

/** Words as often as people use them: few of them very often, most of them hardly ever. */
function sentence(seed: number, words: number): string {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
  return Array.from({ length: words }, () => wordOf(Math.floor(8_000 * next() ** 3))).join(" ");
}

function wordOf(n: number): string {
  const syllable = (at: number) => SYLLABLES[Math.floor(n / 20 ** at) % 20]!;
  return `${syllable(0)}${syllable(1)}${syllable(2)}`;
}
