import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { type Database, openDatabase, sqlState } from "@/lib/platform/database/mod.ts";
import { migrate, readMigrations } from "@/lib/platform/database/migrations.ts";
import { type IdSource, seededRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { LEXICAL_MODEL, lexicalEmbedding } from "@/lib/model/mod.ts";
import { createRecall } from "./recall.ts";
import { vectorText } from "./store.ts";
import type { Found, RecallRequest } from "./types.ts";

const DIM = 768;
const DAY = 86_400_000;
const NOW = new Date("2026-06-01T12:00:00.000Z");

/** One database for all tests of this file; every test has users of its own. */
const opened = open();
async function open() {
  const db = await openDatabase({ log: silentLog });
  const owner = db.owner();
  const migrations = await readMigrations(new URL("../migrations/", import.meta.url));
  await migrate(owner, { migrations, embedDim: DIM, server: false, now: NOW });
  await owner.end();
  return db;
}

interface FactFields {
  text: string;
  quote?: string;
  subject?: string;
  attribute?: string;
  value?: string;
  tags?: string[];
  injection?: string;
  anchor?: boolean;
  confidence?: number;
  validFrom?: Date;
  validTo?: Date;
  supersededAt?: Date;
  deletedAt?: Date;
  expiresAt?: Date;
  sourceMessageId?: string;
  embedding?: { vector: readonly number[]; model: string };
}

/** A person with conversations and facts. */
class Person {
  readonly id: string;
  #sessionId = "";
  #last: { id: string; text: string } | null = null;

  constructor(readonly db: Database, readonly ids: IdSource, readonly name: string) {
    this.id = ids();
  }

  async register(): Promise<this> {
    this.#sessionId = this.ids();
    await this.db.asSystem("test", async (tx) => {
      await tx`insert into users (id, email, email_normalized, display_name, password_hash,
          trial_ends_at, terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
        values (${this.id}, ${this.id}, ${this.id}, ${this.name}, 'x', ${NOW}, '1', ${NOW}, ${NOW},
          ${NOW}, ${NOW})`;
      await tx`insert into chat_sessions (id, user_id, model, created_at, updated_at)
        values (${this.#sessionId}, ${this.id}, 'm', ${NOW}, ${NOW})`;
    });
    return this;
  }

  /** Says something; it is searched with the turn before it as its neighbour. */
  async says(text: string, options: { author?: string; at?: Date } = {}): Promise<string> {
    const id = this.ids();
    const before = this.#last;
    const role = options.author ? "assistant" : "user";
    await this.db.asUser(
      this.id,
      (tx) =>
        tx`insert into messages (id, user_id, session_id, parent_id, role, author, content, status,
          created_at, search_text, search_context)
        values (${id}, ${this.id}, ${this.#sessionId}, ${before?.id ?? null}, ${role},
          ${options.author ?? this.name}, ${text}, 'complete', ${options.at ?? NOW}, ${text},
          ${before?.text ?? ""})`,
    );
    this.#last = { id, text };
    return id;
  }

  async knows(fields: FactFields): Promise<string> {
    const id = this.ids();
    const from = fields.validFrom ?? new Date(NOW.getTime() - 30 * DAY);
    await this.db.asUser(
      this.id,
      (tx) =>
        tx`insert into memories (id, user_id, type, tier, source, text, quote, subject, attribute,
          value, tags, injection, anchor, confidence, constitution_valid, source_message_ids,
          session_id, valid_from, valid_to, superseded_at, deleted_at, expires_at, created_at,
          updated_at, bytes, embedding, embedding_model)
        values (${id}, ${this.id}, 'fact', ${fields.expiresAt ? "itm" : "ltm"}, 'first_hand',
          ${fields.text}, ${fields.quote ?? null}, ${fields.subject ?? null},
          ${fields.attribute ?? null}, ${fields.value ?? null}, ${fields.tags ?? []}::text[],
          ${fields.injection ?? "any_model"}, ${fields.anchor ?? false}, ${
          fields.confidence ?? 0.8
        },
          true, ${fields.sourceMessageId ? [fields.sourceMessageId] : []}::uuid[],
          ${fields.sourceMessageId ? this.#sessionId : null}, ${from}, ${fields.validTo ?? null},
          ${fields.supersededAt ?? null}, ${fields.deletedAt ?? null}, ${fields.expiresAt ?? null},
          ${from}, ${NOW}, 100, ${vectorText(fields.embedding?.vector ?? null)}::halfvec,
          ${fields.embedding?.model ?? null})`,
    );
    return id;
  }
}

const ids = uuidV7Source(new FakeClock(NOW), seededRandom(7));
async function person(name = "Ada"): Promise<Person> {
  return await new Person(await opened, ids, name).register();
}

async function retrieval(options: {
  db?: Database;
  clock?: FakeClock;
  model?: string;
  embedQuery?: (text: string) => Promise<readonly number[] | null>;
} = {}) {
  const metrics = createMetrics();
  const retrieval = createRecall({
    db: options.db ?? await opened,
    clock: options.clock ?? new FakeClock(NOW),
    metrics,
    embedder: {
      model: options.model ?? LEXICAL_MODEL,
      embedQuery: options.embedQuery ?? ((text) => Promise.resolve(lexicalEmbedding(text, DIM))),
    },
  });
  return { ...retrieval, metrics };
}

const request = (
  who: Person,
  query: string,
  change: Partial<RecallRequest> = {},
): RecallRequest => ({
  userId: who.id,
  query,
  previous: [],
  excludeMessageIds: [],
  userName: who.name,
  tokenBudget: 2_000,
  modelLocation: "local",
  searchConversations: true,
  ...change,
});

async function recalled(who: Person, query: string, change: Partial<RecallRequest> = {}) {
  return (await (await retrieval()).recall(request(who, query, change))).items.map(idOf);
}

async function searched(who: Person, query: string, change: { includePast?: boolean } = {}) {
  const { results } = await (await retrieval()).search(who.id, {
    query,
    limit: 10,
    kinds: ["fact", "turn"],
    includePast: false,
    ...change,
  });
  return results.map(idOf);
}

const idOf = (item: Found) => (item.kind === "fact" ? item.memoryId : item.messageId);

/** A vector that points along one axis. */
const axis = (at: number) => Array.from({ length: DIM }, (_, i) => (i === at ? 1 : 0));

Deno.test("[MEM-50] recall gives facts and turns in one list with their origin", async () => {
  const ada = await person();
  const said = await ada.says("My sister Maren moved to Tromsø.");
  const fact = await ada.knows({
    text: "Ada's sister Maren lives in Tromsø.",
    sourceMessageId: said,
  });
  const later = await ada.says("Maren, my sister, loves the northern lights there.");
  const answer = await (await retrieval()).recall(request(ada, "Where does my sister live?"));
  expect(answer).toMatchObject({ heldBack: 0, degraded: false, weightsVersion: 4 });
  // The fact stands for the message it was taken from; another message stands for itself.
  expect(new Set(answer.items.map(idOf))).toEqual(new Set([fact, later]));
  const found = answer.items.find((item) => item.kind === "fact")!;
  expect(found).toMatchObject({ sourceMessageId: said, tier: "ltm", until: null, anchor: false });
  expect(found.reasons).toContain("mentions sister");
  expect(answer.items.find((item) => item.kind === "turn")).toMatchObject({
    author: "Ada",
    role: "user",
    text: "Maren, my sister, loves the northern lights there.",
    date: NOW,
  });
});

Deno.test("[MEM-96] of two people with similar texts each finds the own rows alone", async () => {
  const [ada, ben] = [await person("Ada"), await person("Ben")];
  const own = new Map<Person, Set<string>>();
  for (const who of [ada, ben]) {
    const rows = [];
    for (let n = 0; n < 12; n++) {
      rows.push(await who.says(`The walnut tree bore ${n} baskets.`));
      rows.push(
        await who.knows({ text: `The walnut tree is ${n} metres high.`, tags: ["walnut"] }),
      );
    }
    own.set(who, new Set(rows));
  }
  for (const who of [ada, ben]) {
    for (const query of ["my walnut tree", "walnutt", "How high is the walnut tree?", "baskets"]) {
      const found = [...await recalled(who, query), ...await searched(who, query)];
      expect(found.length).toBeGreaterThan(0);
      expect(found.filter((id) => !own.get(who)!.has(id))).toEqual([]);
    }
  }
});

Deno.test("[MEM-5] the candidate functions go by the setting alone", async () => {
  const db = await opened;
  const [ada, ben] = [await person("Ada"), await person("Ben")];
  const message = await ada.says("The cello needs a new string.");
  const fact = await ada.knows({ text: "Ada plays the cello.", tags: ["cello"], anchor: true });
  const call = (userId: string, words = ["cello"]) =>
    db.asUser(userId, async (tx) => {
      const rows = await tx<{ id: string }[]>`select id from find_candidates(
        ${words}::text[], ${words}::text[], ${words.map(() => 1)}::real[],
        ${words.map(() => 0)}::integer[]::boolean[],
        ${
        words.map(() => 0)
      }::integer[]::boolean[], '{}', null::halfvec, 'x', true, ${NOW}, true, true,
        true, '{}', '{}', true, '{}', null, '{}', null, 50, 50, '''string'''::text) where kind is not null`;
      return [...new Set(rows.map((row) => row.id))].sort();
    });
  expect(await call(ada.id)).toEqual([fact, message].sort());
  expect(await call(ben.id)).toEqual([]);
  expect(await call("")).toEqual([]);
  // No argument names an owner, and a word that looks like one opens nothing.
  expect(await call(ben.id, [ada.id.replaceAll("-", ""), "cello"])).toEqual([]);
  expect(await call(ben.id, [`${ada.id}`, "cello"])).toEqual([]);
  const system = await db.asSystem(
    "test",
    (tx) =>
      tx`select 1 from find_candidates('{}', '{}', '{}', '{}', '{}', '{}', null, 'x', true, ${NOW}, true, true,
        true, '{}', '{}', true, '{}', null, '{}', null, 50, 50, '')`,
  ).catch(sqlState);
  expect(system).toBe("42501");
});

Deno.test("[MEM-51] a short word that nobody wrote is found in spellings of one letter's difference", async () => {
  const ada = await person();
  const violin = await ada.knows({ text: "Ada keeps her violin in the attic." });
  const turn = await ada.says("The violin has a new bow.");
  for (const query of ["voilin", "vilin", "viollin", "violan"]) {
    const found = await searched(ada, query);
    expect([query, ...found.sort()]).toEqual([query, ...[violin, turn].sort()]);
  }
  expect(await searched(ada, "vialan")).toEqual([]);
});

Deno.test("[MEM-53] a question that names a kind finds what is of the kind, words of others do not", async () => {
  const ada = await person();
  const ben = await person("Ben");
  await ben.says("My clarinet is at the workshop.");
  const clarinet = await ada.says("The clarinet lesson was moved to Friday.");
  await ada.says("The kitchen got new tiles.");
  expect(await searched(ada, "Which instrument do I play?")).toEqual([clarinet]);
  expect(await searched(ben, "tiles")).toEqual([]);
});

Deno.test("[MEM-12] replaced, forgotten, expired and never-injected facts are not recalled", async () => {
  const ada = await person();
  const yesterday = new Date(NOW.getTime() - DAY);
  await ada.knows({ text: "Ada lives in Lyon.", validTo: yesterday, supersededAt: yesterday });
  await ada.knows({ text: "Ada lives in Bergen.", deletedAt: yesterday });
  await ada.knows({ text: "Ada lives in Turku.", expiresAt: yesterday });
  await ada.knows({ text: "Ada lives in Riga.", injection: "never" });
  const current = await ada.knows({ text: "Ada lives in Porto." });
  expect(await recalled(ada, "Where do I live?")).toEqual([current]);
  expect(await searched(ada, "lives")).toEqual([current]);
});

Deno.test("[MEM-54] a question about the past finds what was replaced, with its end", async () => {
  const ada = await person();
  const moved = new Date(NOW.getTime() - 90 * DAY);
  const old = await ada.knows({
    text: "Ada lives in Lyon.",
    validFrom: new Date("2020-01-01T00:00:00Z"),
    validTo: moved,
    supersededAt: moved,
  });
  const current = await ada.knows({ text: "Ada lives in Porto.", validFrom: moved });
  expect(await recalled(ada, "Where do I live now?")).toEqual([current]);
  const { items } = await (await retrieval()).recall(request(ada, "Where did I live before?"));
  expect(items[0]).toMatchObject({ memoryId: old, until: moved });
  expect(items[0]!.reasons).toContain("past");
  expect(await searched(ada, "live", { includePast: true })).toContain(old);
});

Deno.test("[MEM-7] unsearched messages and, without leave, all turns stay out", async () => {
  const ada = await person();
  const open = await ada.says("The harmonica is out of tune.");
  const hidden = await ada.says("The harmonica was a present.");
  const db = await opened;
  await db.asUser(
    ada.id,
    (tx) => tx`update messages set search_text = '', search_context = '' where id = ${hidden}`,
  );
  expect(await recalled(ada, "What is wrong with my harmonica?")).toEqual([open]);
  expect(await recalled(ada, "my harmonica", { searchConversations: false })).toEqual([]);
});

Deno.test("[MEM-50] messages that stand in the prompt are not recalled", async () => {
  const ada = await person();
  const first = await ada.says("The kayak leaks.");
  const second = await ada.says("I patched the kayak.");
  expect(await recalled(ada, "my kayak", { excludeMessageIds: [second] })).toEqual([first]);
  expect(await recalled(ada, "my kayak", { excludeMessageIds: [first, second] })).toEqual([]);
});

Deno.test("[MEM-37] what is for local models is held back from remote ones, and counted", async () => {
  const ada = await person();
  const secret = await ada.knows({
    text: "Ada's alarm code hangs by the door.",
    injection: "local_models",
  });
  const open = await ada.knows({ text: "Ada's alarm rings at six." });
  const { recall } = await retrieval();
  const local = await recall(request(ada, "my alarm"));
  expect([local.items.map(idOf).sort(), local.heldBack]).toEqual([[secret, open].sort(), 0]);
  const remote = await recall(request(ada, "my alarm", { modelLocation: "remote" }));
  expect([remote.items.map(idOf), remote.heldBack]).toEqual([[open], 1]);
});

Deno.test("[MEM-51] slots, tags and misspelled names find facts", async () => {
  const ada = await person();
  const born = await ada.knows({
    text: "Ada was born on 12 March 1990.",
    subject: "user",
    attribute: "birthday",
    value: "12 March",
  });
  const tagged = await ada.knows({ text: "No peanuts in anything.", tags: ["allergies"] });
  const named = await ada.knows({ text: "Margarethe waters the plants." });
  expect(await recalled(ada, "When is my birthday?")).toEqual([born]);
  expect(await recalled(ada, "Which allergies do I have?")).toEqual([tagged]);
  const { items } = await (await retrieval()).recall(request(ada, "Did I mention Margarete?"));
  expect(items.map(idOf)).toEqual([named]);
  expect(items[0]!.parts.find((part) => part.name === "trigram")).toMatchObject({ rank: 1 });
});

Deno.test("[MEM-53] a speaker's name orders turns but finds none", async () => {
  const ada = await person();
  for (let n = 0; n < 3; n++) await ada.says(`Nova, this is number ${n}.`, { author: "Nova" });
  const asked = await ada.says("Nova, the oboe squeaks.");
  const answered = await ada.says("Wet the reed of the oboe.", { author: "Nova" });
  expect(await recalled(ada, "What did Nova say about the oboe?")).toEqual([answered, asked]);
});

Deno.test("[MEM-57] an unrelated question recalls only anchors", async () => {
  const ada = await person();
  await ada.says("My sister Maren called.");
  await ada.knows({ text: "Ada is allergic to walnuts." });
  const anchor = await ada.knows({ text: "Ada is deaf in one ear.", anchor: true });
  expect(await recalled(ada, "What is the capital of Mongolia?")).toEqual([anchor]);
});

Deno.test("[MEM-66] vectors of another model are never compared", async () => {
  const ada = await person();
  const vector = axis(3);
  const same = await ada.knows({ text: "Ada adores felines.", embedding: { vector, model: "m2" } });
  await ada.knows({ text: "Ada dislikes mice.", embedding: { vector, model: "m1" } });
  const { recall } = await retrieval({ model: "m2", embedQuery: () => Promise.resolve(vector) });
  const { items, degraded } = await recall(request(ada, "Do I own a cat?"));
  expect(items.map(idOf)).toEqual([same]);
  expect(items[0]!.reasons).toContain("matches meaning");
  expect(degraded).toBe(false);
});

Deno.test("[MEM-61] without the embedding host words alone are searched, marked degraded", async () => {
  const ada = await person();
  const fact = await ada.knows({ text: "Ada is allergic to walnuts." });
  for (const embedQuery of [() => Promise.resolve(null), () => Promise.reject(new Error("away"))]) {
    const { recall, search } = await retrieval({ model: "m2", embedQuery });
    const answer = await recall(request(ada, "my allergic reaction to walnuts"));
    expect([answer.items.map(idOf), answer.degraded]).toEqual([[fact], true]);
    const query = { query: "walnuts", limit: 5, kinds: ["fact"] as const, includePast: false };
    expect((await search(ada.id, query)).degraded).toBe(true);
  }
});

Deno.test("[MEM-61] a slow embedding host is not waited for", async () => {
  const ada = await person();
  const fact = await ada.knows({ text: "Ada is allergic to walnuts." });
  const clock = new FakeClock(NOW);
  const late = Promise.withResolvers<readonly number[]>();
  const { recall } = await retrieval({ clock, model: "m2", embedQuery: () => late.promise });
  const answer = recall(request(ada, "my walnuts"));
  await clock.advance(400);
  expect(await answer).toMatchObject({ degraded: true, items: [{ memoryId: fact }] });
  late.resolve(axis(1));
});

Deno.test("[MEM-61] recall never fails and does not wait for a slow database", async () => {
  const ada = await person();
  const broken = { ...await opened, callAsUser: () => Promise.reject(new Error("gone")) };
  const failed = await retrieval({ db: broken });
  expect(await failed.recall(request(ada, "my walnuts"))).toMatchObject({
    items: [],
    heldBack: 0,
    degraded: true,
  });
  expect(await failed.metrics.text()).toContain(
    'memory_retrieval_total{tier="ltm",result="error"} 1',
  );
  await expect(failed.search(ada.id, {
    query: "walnuts",
    limit: 1,
    kinds: ["turn"],
    includePast: false,
  })).rejects.toThrow("gone");

  const clock = new FakeClock(NOW);
  const never = { ...await opened, callAsUser: () => new Promise<never>(() => {}) };
  const slow = await retrieval({ db: never, clock });
  const answer = slow.recall(request(ada, "my walnuts"));
  await clock.advance(1_000);
  expect(await answer).toMatchObject({ items: [], degraded: true, ms: 1_000 });
  expect(await slow.metrics.text()).toContain(
    'memory_retrieval_total{tier="turn",result="timeout"} 1',
  );
});

Deno.test("[MEM-62] the vector of a question is kept for five minutes", async () => {
  const ada = await person();
  const clock = new FakeClock(NOW);
  let calls = 0;
  const embedQuery = () => Promise.resolve(calls++ === 0 ? null : axis(2));
  const { recall } = await retrieval({ clock, model: "m2", embedQuery });
  await recall(request(ada, "my walnuts")); // the host is away: nothing to keep
  await recall(request(ada, "my walnuts"));
  await recall(request(ada, "  My WALNUTS "));
  expect(calls).toBe(2);
  await clock.advance(5 * 60_000);
  await recall(request(ada, "my walnuts"));
  expect(calls).toBe(3);
});

Deno.test("[MEM-81] search narrows to kinds, limits, counts and sets a least confidence", async () => {
  const ada = await person();
  const turns = [];
  for (let n = 0; n < 4; n++) turns.push(await ada.says(`Lantern number ${n} is lit.`));
  const sure = await ada.knows({ text: "Ada collects lanterns.", confidence: 0.9 });
  await ada.knows({ text: "Ada sells lanterns.", confidence: 0.4 });
  const { search } = await retrieval();
  const ask = (change: object) =>
    search(ada.id, {
      query: "lantern",
      limit: 10,
      kinds: ["fact", "turn"],
      includePast: false,
      ...change,
    });
  expect((await ask({})).total).toBe(6);
  const limited = await ask({ limit: 2 });
  expect([limited.results.length, limited.total]).toEqual([2, 6]);
  expect((await ask({ kinds: ["turn"] })).results.map(idOf).sort()).toEqual(turns.sort());
  expect((await ask({ kinds: ["fact"], minConfidence: 0.5 })).results.map(idOf)).toEqual([sure]);
  for (const item of (await ask({})).results) {
    const sum = item.parts.reduce((total, part) => total + part.amount, 0);
    expect(Math.abs(sum - item.score)).toBeLessThan(1e-6);
  }
});

Deno.test("[MEM-50] any text can be asked for", async () => {
  const ada = await person();
  await ada.says("Ünïcödé: naïve café, 日本語, परीक्षा, Ελλάδα.");
  const odd = [
    "",
    "'; drop table users; --",
    "a & b | !c:*",
    "\\",
    "日本語",
    "परीक्षा",
    "cafe",
    "🙂",
    "x".repeat(5_000),
    "café naïve",
    "(((",
    "who what where",
    "Ελλάδα",
  ];
  for (const query of odd) {
    const { degraded } = await (await retrieval()).recall(request(ada, query));
    expect(degraded).toBe(false);
  }
  for (const query of ["café", "cafe", "日本語", "परीक्षा", "Ελλάδα"]) {
    expect([query, (await searched(ada, query)).length]).toEqual([query, 1]);
  }
});

Deno.test("closes the database of this file", async () => {
  await (await opened).close();
});
