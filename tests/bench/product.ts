import type { OpenDatabase } from "@/lib/platform/database/mod.ts";
import { newMemorySchema } from "@/lib/memory/schema.ts";
import { startTestApp, type TestApp, type TestClient } from "../support/app.ts";

/** The databases that are measured. */
export type Kind = "embedded" | "server";

/** A running product with one person in it. */
export interface Product {
  kind: Kind;
  app: TestApp;
  person: TestClient & { userId: string };
  close(): Promise<void>;
}

/** Facts of the person who is measured (1,000 of them by default). */
const FIRST = [
  ..."Ada Bela Carl Dora Emil Fay Gus Hana Ivo Jana Kofi Lena Maren Nils Olga Pia Quin Rosa".split(
    " ",
  ),
  ..."Sven Tess Uwe Vera Wim Xenia Yara Zeno".split(" "),
];
const PLACES = "Tromsø Lisbon Gdansk Nantes Turin Leipzig Bergen Porto Ghent Malmö".split(" ");
const THINGS = "chess rowing bread kites maps bees tango clocks ferns glass".split(" ");
const KIN = ["colleague", "neighbour", "cousin", "friend"];

/** A person of the facts: who they are to the user and what is known about them. */
interface Known {
  name: string;
  who: string;
  fact: string;
  question: string;
}

/** The nth fact with a question that it answers; all names differ. */
export function known(n: number): Known {
  const name = `${FIRST[n % FIRST.length]}${Math.floor(n / FIRST.length)}`;
  const who = KIN[n % KIN.length]!;
  const place = PLACES[(n * 7) % PLACES.length]!;
  const thing = THINGS[(n * 3) % THINGS.length]!;
  const year = 1990 + n % 30;
  return n % 2 === 0
    ? {
      name,
      who,
      fact: `My ${who} ${name} moved to ${place} in ${year} and works there as a teacher.`,
      question: `Where does my ${who} ${name} live these days?`,
    }
    : {
      name,
      who,
      fact: `My ${who} ${name} has loved ${thing} since ${year}.`,
      question: `What does my ${who} ${name} like to do?`,
    };
}

/**
 * Starts the product on a database on disk, with KV on disk too, as an operator runs it.
 *
 * @throws Error when a server is asked for and `TEST_DATABASE_URL` is not set
 */
export async function openProduct(
  kind: Kind,
  options: { tokensPerSecond: number; memories?: number },
): Promise<Product> {
  if (kind === "server" && !Deno.env.get("TEST_DATABASE_URL")) {
    throw new Error("Set TEST_DATABASE_URL to measure on a server");
  }
  const dataDir = await Deno.makeTempDir({ prefix: "nova-bench-" });
  const app = await startTestApp({
    dataDir,
    persistent: kind === "embedded",
    env: {
      // Measured by a person who writes more than ten messages.
      AUTO_VERIFY_EMAIL: "true",
      KV_PATH: `${dataDir}/kv.sqlite3`,
      LOG_LEVEL: "info",
      STANDIN_TOKENS_PER_SECOND: String(options.tokensPerSecond),
      PLAN_FREE_TRIAL_TOKENS_PER_DAY: "-1",
      PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "-1",
      PLAN_FREE_TRIAL_ANSWER_TOKENS: "2000",
      PLAN_FREE_TRIAL_PROMPT_TOKENS: "4000",
    },
  });
  const person = await app.person("ada");
  await remember(app, person.userId, options.memories ?? 0);
  return {
    kind,
    app,
    person,
    async close() {
      await app.close();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}

/** Stores facts through the service and lets their vectors be made. */
async function remember(app: TestApp, userId: string, count: number): Promise<void> {
  const owner = { userId, effectivePlan: "free_trial" as const };
  for (let from = 0; from < count; from += 20) {
    const batch = Array.from({ length: Math.min(20, count - from) }, (_, i) => known(from + i));
    await Promise.all(
      batch.map(({ fact }) =>
        app.services.memory.create(owner, newMemorySchema.parse({ text: fact }))
      ),
    );
  }
  await app.services.outbox.drain();
  if (count === 0) return;
  // A server's autovacuum would have done this within a minute.
  const db = app.services.db as OpenDatabase;
  const owning = db.owner(app.services.config.databaseAdminUrl);
  await owning`vacuum analyze`;
  await owning.end();
}

/** Waits until a turn has left nothing to do. */
export async function settled({ app }: Product): Promise<void> {
  while (app.services.chat.turns.runningCount > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await app.services.outbox.drain();
}
