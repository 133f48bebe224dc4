import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp } from "./support/app.ts";

/** What is told on the first day, and what is asked about it on the thirtieth. */
const TOLD = [
  ["My sister Maren lives in Tromsø.", "Where does my sister live?", "Tromsø"],
  ["I play the cello.", "Which instrument do I play?", "cello"],
  ["My dog is called Biscuit.", "What is the name of my dog?", "Biscuit"],
  ["I work as a carpenter.", "What do I work as?", "carpenter"],
  ["Remember that my locker number is 218.", "What is my locker number?", "218"],
] as const;

const TOPICS = "rain tea maps bread trains clocks ferns glass kites bees".split(" ");
const VERBS = "sorted counted drew missed praised packed weighed folded".split(" ");
/** The nth of many sentences about nothing in particular. */
const chatter = (n: number) =>
  `Today we ${VERBS[n % VERBS.length]} ${n} things about ${TOPICS[n % TOPICS.length]} again`;

/** Stores turns as the pipeline leaves them, without the time a model takes. */
async function chat(app: Awaited<ReturnType<typeof startTestApp>>, userId: string, count: number) {
  const { db, ids, memory, clock } = app.services;
  await db.asUser(userId, async (tx) => {
    const sessionId = ids();
    await tx`insert into chat_sessions (id, user_id, model, created_at, updated_at)
      values (${sessionId}, ${userId}, 'practice', ${clock.now()}, ${clock.now()})`;
    const rows = Array.from({ length: 2 * count }, (_, n) => ({
      id: ids(),
      role: n % 2 === 0 ? "user" : "assistant",
      text: n % 2 === 0 ? chatter(n / 2) : `Noted: ${chatter((n - 1) / 2)}`,
    }));
    await tx`insert into messages (id, user_id, session_id, parent_id, role, author, content,
        status, created_at)
      select n.id, ${userId}, ${sessionId}, n.parent, n.role, 'Ada', n.text, 'complete',
        ${clock.now()}
      from unnest(${rows.map(({ id }) => id)}::uuid[],
        ${[null, ...rows.slice(0, -1).map(({ id }) => id)]}::uuid[],
        ${rows.map(({ role }) => role)}::text[],
        ${rows.map(({ text }) => text)}::text[]) as n(id, parent, role, text)`;
    await memory.indexSession(tx, sessionId);
  });
}

Deno.test("[MEM-99] facts of day 1 among 500 later turns are recalled on day 30, after a restart and new vectors", async () => {
  const clock = new FakeClock("2026-03-01T09:00:00.000Z");
  // A server's database goes with its app; there the month passes without a restart.
  const restarts = !Deno.env.get("TEST_DATABASE_URL");
  const dataDir = await Deno.makeTempDir({ prefix: "nova-month-" });
  const open = () =>
    startTestApp({
      clock,
      dataDir,
      persistent: restarts,
      env: {
        AUTO_VERIFY_EMAIL: "true",
        PLAN_EXPIRED_TOKENS_PER_DAY: "100000",
        KV_PATH: `${dataDir}/kv.sqlite3`,
      },
    });
  let app = await open();
  try {
    let ada = await app.person();
    for (const [told] of TOLD) await ada.say(told);
    await app.services.outbox.drain();
    for (let day = 2; day <= 30; day++) {
      clock.jumpTo(`2026-03-${String(day).padStart(2, "0")}T09:00:00.000Z`);
      if (day % 3 === 2) await chat(app, ada.userId, 50);
      await app.services.memory.night();
      if (day !== 15) continue;
      // Vectors of a former model: the job brings them up to date.
      await app.services.db.asSystem(
        "test",
        (tx) => tx`update memories set embedding_model = 'former'`,
      );
      while (await app.services.memory.reembed() > 0);
      if (!restarts) continue;
      await app.close();
      app = await open();
      ada = Object.assign(app.client(), { userId: ada.userId, email: ada.email });
    }
    await ada.post("/api/auth/login", { email: ada.email, password: "Correct-horse-7-battery" });
    const turns = await app.services.db.asUser(
      ada.userId,
      (tx) => tx<{ n: number }[]>`select count(*)::integer as n from messages where role = 'user'`,
    );
    expect(turns[0]!.n).toBe(TOLD.length + 500);
    for (const [, question, answer] of TOLD) {
      const asked = await ada.say(question);
      const items = asked.body.recall.items as { kind: string; snippet: string }[];
      expect(items[0]!.snippet).toContain(answer);
    }
  } finally {
    await app.close();
    await Deno.remove(dataDir, { recursive: true });
  }
});
