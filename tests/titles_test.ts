import { silentLog } from "@/lib/platform/log.ts";
import { systemClock } from "@/lib/platform/clock.ts";
import { startStandIn } from "@/lib/model/standin/mod.ts";
import { expect } from "expect";
import { cleanTitle, createTitles, type TitleDependencies } from "@/lib/chat/mod.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

/** A conversation with its first answer, and a capable model that says `title`. */
async function conversation(title: () => string, over: Partial<TitleDependencies> = {}) {
  const ada = await app.person();
  const { turn, userMessage, assistantMessage } =
    (await ada.say("Which small museums in Tromsø are open in June?")).body;
  const asked: { maxTokens: number; temperature?: number; messages: { content: string }[] }[] = [];
  const model = Object.assign(Object.create(app.services.model), {
    structured: (request: typeof asked[number]) => {
      asked.push(request);
      return Promise.resolve().then(() => ({
        value: { title: title() },
        promptTokens: 90,
        completionTokens: 10,
      }));
    },
  });
  const name = createTitles({ ...app.services, model, practiceModel: false, ...over });
  const source = {
    sessionId: turn.sessionId,
    questionId: userMessage.id,
    answerId: assistantMessage.id,
  };
  const path = `/api/chat/sessions/${turn.sessionId}`;
  return {
    ada,
    asked,
    path,
    run: () => name(ada.userId, source),
    now: async () => {
      const session = (await ada.get(path)).body;
      const { title, titleSource } = session.conversation ?? session.session ?? session;
      return { title, titleSource };
    },
    tokens: async () => {
      const [row] = await app.services.db.asSystem(
        "test",
        (tx) =>
          tx<{ n: number }[]>`select coalesce(sum(amount), 0)::int as n from usage_ledger
          where user_id = ${ada.userId} and resource = 'system_tokens'
            and metadata->>'feature' = 'title'`,
      );
      return row!.n;
    },
  };
}

const FIRST_WORDS = {
  title: "Which small museums in Tromsø are open in June?",
  titleSource: "auto",
};

Deno.test("[CHT-6] [USE-6] after the first answer the model names the conversation, on the product's own tokens", async () => {
  const { run, now, asked, tokens } = await conversation(() => '"Small museums in Tromsø".');
  expect(await now()).toEqual(FIRST_WORDS);
  await run();
  expect(await now()).toEqual({ title: "Small museums in Tromsø", titleSource: "auto" });
  expect(asked[0]).toMatchObject({ temperature: 0, maxTokens: 80 });
  expect(asked[0]!.messages[1]!.content).toContain("Which small museums");
  // Written twice it counts once.
  await run();
  expect(await tokens()).toBe(100);
});

Deno.test("[CHT-6] a title that the person wrote is never touched, before or while the model thinks", async () => {
  const before = await conversation(() => "Museums");
  await before.ada.patch(before.path, { title: "My trip" });
  await before.run();
  expect(await before.now()).toEqual({ title: "My trip", titleSource: "user" });
  expect(before.asked).toEqual([]);

  let rename = () => Promise.resolve();
  const { policy } = app.services;
  const during = await conversation(() => "Museums", {
    policy: {
      ...policy,
      checkText: async (...args) => {
        await rename();
        return await policy.checkText(...args);
      },
    },
  });
  rename = async () => {
    await during.ada.patch(during.path, { title: "My trip" });
  };
  await during.run();
  expect(await during.now()).toEqual({ title: "My trip", titleSource: "user" });
});

Deno.test("[CHT-6] the first words stay where no capable model is, where it fails, or says what may not stand", async () => {
  const practice = await conversation(() => "Museums", { practiceModel: true });
  await practice.run();
  expect([await practice.now(), practice.asked]).toEqual([FIRST_WORDS, []]);

  const failing = await conversation(() => {
    throw new Error("The host is away");
  });
  await failing.run();
  expect(await failing.now()).toEqual(FIRST_WORDS);

  const refused = { ...await app.services.policy.checkText("Museums", "title") };
  const forbidden = await conversation(() => "Museums", {
    policy: {
      ...app.services.policy,
      checkText: () => Promise.resolve({ ...refused, constitutionValid: false }),
    },
  });
  await forbidden.run();
  expect(await forbidden.now()).toEqual(FIRST_WORDS);
  // It was asked all the same.
  expect(await forbidden.tokens()).toBe(100);

  const spent = await conversation(() => "Museums", {
    usage: { ...app.services.usage, systemWaitMs: () => Promise.resolve(1) },
  });
  await spent.run();
  expect([await spent.now(), spent.asked]).toEqual([FIRST_WORDS, []]);
});

Deno.test("[CHT-6] only the first whole answer asks for a title, and only where a capable model is set up", async () => {
  const jobs = (of: TestApp) =>
    of.services.db.asSystem(
      "test",
      (tx) => tx<{ key: string }[]>`select key from jobs where kind = 'chat.title'`,
    );
  await (await app.person()).say("Hello there");
  expect(await jobs(app)).toHaveLength(0);
  const host = startStandIn({
    port: 0,
    tokensPerSecond: 0,
    clock: systemClock,
    verifyToken: null,
    faults: false,
    embedDim: 768,
    log: silentLog,
  });
  const own = await startTestApp({
    env: { OLLAMA_BASE_URL: host.url, CHAT_MODEL: "practice", EMBED_MODEL: "practice-embed" },
  });
  try {
    const ada = await own.person();
    const first = (await ada.say("Hello there")).body;
    const { sessionId } = first.turn;
    await ada.say("And again", { sessionId });
    await ada.say("Nothing of this stays", { temporary: true });
    expect((await jobs(own)).map(({ key }) => key)).toEqual([`chat.title:${sessionId}`]);
  } finally {
    await own.close();
    await host.close();
  }
});

Deno.test("[CHT-6] a title is one short line without marks around it", () => {
  expect(cleanTitle("  **Trip to\n Norway** ")).toBe("Trip to Norway");
  expect(cleanTitle("„Reise nach Norwegen“.")).toBe("Reise nach Norwegen");
  expect(cleanTitle("And so on...")).toBe("And so on...");
  expect([...cleanTitle("word ".repeat(40))!].length).toBeLessThanOrEqual(60);
  expect(cleanTitle(' "" ')).toBe(null);
  expect(cleanTitle("a\u0000b")).toBe(null);
});
