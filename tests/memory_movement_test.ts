import { expect } from "expect";
import fc from "fast-check";
import { FakeClock } from "@/lib/platform/clock.ts";
import type { MemoryView } from "@/lib/memory/mod.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

const DAY = 86_400_000;
let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock("2026-03-01T09:00:00.000Z");
  app = await startTestApp({ clock });
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;
const owner = (who: Person) => ({ userId: who.userId, effectivePlan: "free_trial" as const });
const memory = () => app.services.memory;
const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));

/** A fact, made with some of its columns set by hand. */
async function fact(who: Person, text: string, columns: Record<string, unknown> = {}) {
  const { memory: made } = await memory().create(owner(who), {
    text,
    type: "fact",
    tier: "ltm",
    tags: [],
    injection: "any_model",
    pinned: false,
  });
  if (Object.keys(columns).length > 0) {
    await app.services.db.asUser(
      who.userId,
      (tx) =>
        tx`update memories set ${tx(columns as Record<string, string>)} where id = ${made.id}`,
    );
  }
  return made.id;
}
const stateOf = (who: Person, id: string) => memory().find(who.userId, id);
const actions = async (who: Person, id: string) =>
  (await memory().history(who.userId, id)).map((event) => event.action);
const search = async (who: Person, query: string) =>
  (await memory().search(who.userId, {
    query,
    limit: 10,
    kinds: ["fact"],
    includePast: false,
    filters: {},
  })).items.flatMap((item) => item.kind === "fact" ? [item.memory.id] : []);

async function metered(who: Person): Promise<number> {
  const [row] = await app.services.db.asUser(
    who.userId,
    (tx) =>
      tx<{ ledger: number; rows: number }[]>`
      select (select coalesce(sum(amount), 0)::bigint from usage_ledger where resource = 'memory_storage') as ledger,
        (select coalesce(sum(bytes), 0)::bigint from memories) as rows`,
  );
  expect(row!.ledger).toBe(row!.rows);
  return row!.rows;
}

Deno.test("[MEM-15] STM to ITM: what is said becomes a fact of seven days, metered and found", async () => {
  const ada = await app.person();
  await ada.say("I live in Porto.");
  expect(
    (await memory().shortTerm(ada.userId, (await ada.get("/api/chat/sessions")).body.items[0].id))
      .length,
  ).toBe(1);
  await app.services.outbox.drain();
  const [made] = (await ada.get("/api/memory")).body.items;
  expect(made.tier).toBe("itm");
  expect(Date.parse(made.expiresAt) - clock.now().getTime()).toBe(7 * DAY);
  expect(await actions(ada, made.id)).toEqual(["create"]);
  expect(await metered(ada)).toBe(made.bytes);
  expect(await search(ada, "Porto")).toEqual([made.id]);
});

Deno.test("[MEM-16] ITM to LTM by use or confidence, at night or when pinned, after half a day", async () => {
  const ada = await app.person();
  const at = new Date(clock.now().getTime() + 7 * DAY);
  const used = await fact(ada, "Used often", {
    tier: "itm",
    expires_at: at,
    confidence: 0.5,
    access_count: 3,
  });
  const sure = await fact(ada, "Surely so", { tier: "itm", expires_at: at, confidence: 0.71 });
  const doubtful = await fact(ada, "Perhaps so", { tier: "itm", expires_at: at, confidence: 0.7 });
  const invalid = await fact(ada, "Not allowed", {
    tier: "itm",
    expires_at: at,
    confidence: 0.9,
    constitution_valid: false,
  });
  await memory().promoteDue();
  const tiers = async () =>
    (await Promise.all([used, sure, doubtful, invalid].map((id) => stateOf(ada, id)))).map((row) =>
      row.tier
    );
  expect(await tiers()).toEqual(["ltm", "itm", "itm", "itm"]);
  later(DAY / 2 - 1);
  await memory().promoteDue();
  expect(await tiers()).toEqual(["ltm", "itm", "itm", "itm"]);
  later(1);
  await memory().promoteDue();
  expect(await tiers()).toEqual(["ltm", "ltm", "itm", "itm"]);
  expect(await stateOf(ada, used)).toMatchObject({ expiresAt: null });
  expect(await actions(ada, used)).toEqual(["create", "promote"]);
  await memory().promoteDue();
  expect(await actions(ada, used)).toEqual(["create", "promote"]);
  const pinned = await memory().pin(owner(ada), doubtful, true);
  expect(pinned).toMatchObject({ tier: "ltm", expiresAt: null, pinned: true });
  expect((await memory().pin(owner(ada), doubtful, false)).tier).toBe("ltm");
  expect(await actions(ada, doubtful)).toEqual(["create", "pin", "unpin"]);
  await metered(ada);
});

Deno.test("[MEM-18] LTM to ITM: faded second-hand facts and disbelieved ones, never first-hand or kept ones", async () => {
  const ada = await app.person();
  const ages: [string, Record<string, unknown>][] = [
    ["second hand", { source: "second_hand" }],
    ["inferred", { source: "inferred" }],
    ["sad", { source: "second_hand", emotional_weight: -0.5 }],
    ["first hand", {}],
    ["pinned", { source: "second_hand", pinned: true }],
    ["locked", { source: "second_hand", locked: true }],
    ["anchor", { source: "second_hand", anchor: true }],
  ];
  const ids = new Map<string, string>();
  for (const [name, columns] of ages) ids.set(name, await fact(ada, `A fact ${name}`, columns));
  const disbelieved = await fact(ada, "Hardly true", { confidence: 0.29 });
  await memory().demoteDue();
  expect(await stateOf(ada, disbelieved)).toMatchObject({ tier: "itm" });
  const tiers = () =>
    Promise.all([...ids].map(async ([name, id]) => [name, (await stateOf(ada, id)).tier]));
  later(180 * DAY - 1);
  await memory().demoteDue();
  expect(new Set((await tiers()).map(([, tier]) => tier))).toEqual(new Set(["ltm"]));
  later(1);
  await memory().demoteDue();
  expect((await tiers()).filter(([, tier]) => tier === "itm").map(([name]) => name)).toEqual([
    "second hand",
    "inferred",
  ]);
  const fallen = await stateOf(ada, ids.get("inferred")!);
  expect(Date.parse(fallen.expiresAt!) - clock.now().getTime()).toBe(7 * DAY);
  expect(await actions(ada, fallen.id)).toEqual(["create", "demote"]);
  later(550 * DAY);
  await memory().demoteDue();
  expect((await tiers()).find(([name]) => name === "sad")).toEqual(["sad", "itm"]);
});

Deno.test("[MEM-21] an ended fact is hidden to the millisecond, can be restored for a week, then is purged", async () => {
  const ada = await app.person();
  const made = await memory().create(owner(ada), {
    text: "The user waters the figs",
    type: "fact",
    tier: "itm",
    tags: [],
    injection: "any_model",
    pinned: false,
  });
  const { id } = made.memory;
  later(7 * DAY - 1);
  expect(await search(ada, "figs")).toEqual([id]);
  later(1);
  expect(await search(ada, "water figs")).toEqual([]);
  await memory().night();
  await memory().night();
  expect(await actions(ada, id)).toEqual(["create", "expire"]);
  expect((await memory().restore(ada.userId, id)).expiresAt).toBe(
    new Date(clock.now().getTime() + 7 * DAY).toISOString(),
  );
  expect(await search(ada, "the figs")).toEqual([id]);
  later(14 * DAY);
  await memory().night();
  await memory().night();
  await expect(stateOf(ada, id)).rejects.toThrow();
  expect(await metered(ada)).toBe(0);
});

Deno.test("[MEM-11] beyond a hundred intermediate facts the least used one ends", async () => {
  const ada = await app.person();
  const at = new Date(clock.now().getTime() + 7 * DAY);
  const first = await fact(ada, "Number -1", { tier: "itm", expires_at: at, access_count: 1 });
  const locked = await fact(ada, "Number -2", { tier: "itm", expires_at: at, locked: true });
  for (let n = 0; n < 99; n++) {
    await memory().create(owner(ada), {
      text: `Number ${n}`,
      type: "fact",
      tier: "itm",
      tags: [],
      injection: "any_model",
      pinned: false,
    });
  }
  const listed = (await memory().stats(owner(ada))).tiers.itm;
  expect(listed).toEqual({ count: 100, capacity: 100 });
  for (const id of [first, locked]) {
    expect(Date.parse((await stateOf(ada, id)).expiresAt!)).toBeGreaterThan(clock.now().getTime());
  }
});

Deno.test("[MEM-25] no job moves, ends, doubts, merges or renews what its owner edited or locked", async () => {
  const ada = await app.person();
  const at = new Date(clock.now().getTime() + 7 * DAY);
  const edits: [string, Record<string, unknown>][] = [
    ["text", { text: "The user tends the bees of the convent" }],
    ["tags", { tags: ["bees"] }],
    ["confidence", { confidence: 0.2 }],
    ["end", { validTo: "2030-01-01T00:00:00.000Z" }],
    ["locked", { locked: true }],
  ];
  const made = new Map<string, string>();
  for (const [name, edit] of edits) {
    for (const tier of ["itm", "ltm"] as const) {
      const id = await fact(ada, `The user keeps ${name} hives in ${tier}`, {
        tier,
        source: "inferred",
        access_count: 5,
        expires_at: tier === "itm" ? at.toISOString() : null,
      });
      const changed = await memory().edit(ada.userId, id, edit, null);
      expect([name, changed.locked]).toEqual([name, true]);
      made.set(`${name} ${tier}`, id);
    }
  }
  const states = async () =>
    Object.fromEntries(
      await Promise.all(
        // A prompt may use it: that is counted, and changes nothing else.
        [...made].map(async ([name, id]) =>
          [name, { ...await stateOf(ada, id), accessCount: 0, lastAccessedAt: null }] as const
        ),
      ),
    );
  const before = await states();
  for (let n = 0; n < 100; n++) await fact(ada, `Filler ${n}`, { tier: "itm", expires_at: at });
  await ada.say("I don't keep text hives in itm.");
  await app.services.outbox.drain();
  for (const days of [1, 8, 180, 800]) {
    later(days * DAY);
    await Promise.all([memory().night(), memory().night()]);
  }
  expect(await states()).toEqual(before);
  // Unlocked by its owner, it lives like any other from then on.
  const freed = await memory().edit(ada.userId, made.get("text itm")!, { locked: false }, null);
  expect(Date.parse(freed.expiresAt!) - clock.now().getTime()).toBe(7 * DAY);
  await metered(ada);
});

Deno.test("[MEM-73] an answer written anew recalls what memory holds by then", async () => {
  const ada = await app.person();
  const porto = await fact(ada, "The user lives in Porto");
  const { body } = await ada.say("Where do I live?");
  expect(JSON.stringify(body.recall)).toContain("Porto");
  await memory().forget(ada.userId, porto);
  await fact(ada, "The user lives in Bergen");
  const again = await ada.post(
    `/api/chat/messages/${body.assistantMessage.id}/regenerate`,
    { clientMessageId: crypto.randomUUID() },
  );
  expect(again.status).toBe(200);
  expect(JSON.stringify(again.body.recall)).not.toContain("Porto");
  expect(JSON.stringify(again.body.recall)).toContain("Bergen");
});

Deno.test("[MEM-22] a use renews an intermediate fact; listing and searching do not", async () => {
  const ada = await app.person();
  await ada.say("I live in Porto.");
  await app.services.outbox.drain();
  later(DAY);
  const [listed] = (await ada.get("/api/memory")).body.items;
  await search(ada, "Porto");
  expect((await stateOf(ada, listed.id)).accessCount).toBe(0);
  await ada.say("Where do I live?");
  const used = await stateOf(ada, listed.id);
  expect([used.accessCount, Date.parse(used.expiresAt!) - clock.now().getTime()]).toEqual([
    1,
    7 * DAY,
  ]);
  await ada.get(`/api/memory/${listed.id}`);
  expect((await stateOf(ada, listed.id)).accessCount).toBe(2);
});

Deno.test("[MEM-74] a purge that is killed half way goes on, and two at once share the rows", async () => {
  const ada = await app.person();
  for (let n = 0; n < 30; n++) await memory().forget(ada.userId, await fact(ada, `Gone ${n}`));
  later(DAY);
  const broken = app.services.usage.recordStorage;
  let calls = 0;
  app.services.usage.recordStorage = (...given: Parameters<typeof broken>) =>
    ++calls === 7 ? Promise.reject(new Error("killed")) : broken(...given);
  await memory().purge().catch(() => {});
  app.services.usage.recordStorage = broken;
  await metered(ada);
  await Promise.all([memory().purge(), memory().purge()]);
  expect(await metered(ada)).toBe(0);
  const [row] = await app.services.db.asUser(
    ada.userId,
    (tx) => tx<{ n: number }[]>`select count(*)::integer as n from memory_events`,
  );
  expect(row!.n).toBe(0);
});

Deno.test("[MEM-75] erasing reaches row, history, links and receipts; the text does not come back by itself", async () => {
  const ada = await app.person();
  await ada.say("I live in Porto.");
  await app.services.outbox.drain();
  const asked = await ada.say("Where do I live?");
  const [made] = (await ada.get("/api/memory")).body.items;
  expect((await ada.delete(`/api/memory/${made.id}?erase=true`)).status).toBe(204);
  const rest = await app.services.db.asUser(
    ada.userId,
    async (tx) => ({
      events: await tx`select 1 from memory_events where memory_id = ${made.id}`,
      links: await tx`select 1 from memory_links`,
      receipts:
        await tx`select text from receipt_items where memory_id = ${made.id} and text <> ''`,
    }),
  );
  expect([rest.events.length, rest.links.length, rest.receipts.length]).toEqual([0, 0, 0]);
  expect(
    JSON.stringify(
      (await ada.get(`/api/chat/messages/${asked.body.assistantMessage.id}/receipt`)).body.items ??
        [],
    ),
  )
    .not.toContain(made.text);
  await memory().extract(ada.userId, {
    messageId: made.sourceMessageIds[0],
    sessionId: made.sessionId,
  });
  expect((await ada.get("/api/memory")).body.items).toEqual([]);
  expect((await ada.get("/api/memory/not-saved")).body.items[0].reason).toBe("forgotten_before");
  later(1_000);
  await ada.say("I live in Porto.");
  await app.services.outbox.drain();
  expect((await ada.get("/api/memory")).body.items.length).toBe(1);
});

/** What can be done to facts, by number. */
type Step = { act: number; which: number };

Deno.test("[MEM-45] the store as of any time equals the replay of its history, and the ledger the rows", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ act: fc.nat(9), which: fc.nat(5) }), { minLength: 4, maxLength: 14 }),
      async (steps: Step[]) => {
        const ada = await app.person();
        const ids: string[] = [];
        const seen: { at: Date; facts: MemoryView[] }[] = [];
        let n = 0;
        for (const { act, which } of steps) {
          later(60_000);
          const id = ids[which % Math.max(1, ids.length)];
          if (act <= 2 || !id) ids.push(await fact(ada, `Statement ${n++} of ${ada.userId}`));
          else await change(ada, id, { act, n: n++ }).catch(() => {});
          const { items } = await memory().list(ada.userId, query());
          seen.push({ at: clock.now(), facts: items });
          await metered(ada);
        }
        for (const { at, facts } of seen) {
          const { items } = await memory().list(ada.userId, { ...query(), asOf: at.toISOString() });
          expect(items).toEqual(facts);
        }
      },
    ),
    { numRuns: 8, seed: 20_260_301 },
  );
});

const query = () => ({
  includePast: "true" as const,
  trash: "false" as const,
  sort: "created" as const,
  limit: 100,
});

async function change(
  who: Person,
  id: string,
  { act, n }: { act: number; n: number },
): Promise<unknown> {
  switch (act) {
    case 3:
      return await memory().edit(
        who.userId,
        id,
        { text: `Other words ${n} of ${who.userId}` },
        null,
      );
    case 4:
      return await memory().pin(owner(who), id, n % 2 === 0);
    case 5:
      return await memory().promote(who.userId, id, n % 2 === 0 ? "itm" : "ltm");
    case 6:
      return await memory().forget(who.userId, id);
    case 7:
      return await memory().restore(who.userId, id);
    case 8:
      return await memory().edit(who.userId, id, { tags: [`tag${n}`], confidence: 0.5 }, null);
    default:
      return await memory().anchor(who.userId, id, n % 2 === 0);
  }
}
