import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock("2026-03-01T09:00:00.000Z");
  app = await startTestApp({
    clock,
    env: {
      PLAN_FREE_TRIAL_STORAGE_BYTES: "16000",
      PLAN_EXPIRED_STORAGE_BYTES: "16000",
      AUTO_VERIFY_EMAIL: "true",
    },
  });
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;
const items = async (who: Person, path: string) => (await who.get(path)).body.items;
async function tells(who: Person, text: string) {
  const said = await who.say(text);
  await app.services.outbox.drain();
  return said;
}
const NOBODY = "00000000-0000-7000-8000-000000000000";

Deno.test("[MEM-80] facts are added, listed by every filter, read, changed and forgotten", async () => {
  const ada = await app.person();
  const made = await ada.post("/api/memory", {
    text: "The user rows",
    tier: "itm",
    type: "preference",
    tags: ["Sport"],
  });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ tier: "itm", tags: ["sport"], source: "first_hand" });
  await ada.post("/api/memory", { text: "The user sails", pinned: true });
  const ids = async (query: string) =>
    (await items(ada, `/api/memory?${query}`)).map(({ text }: { text: string }) => text);
  expect(await ids("tier=itm")).toEqual(["The user rows"]);
  expect(await ids("type=preference")).toEqual(["The user rows"]);
  expect(await ids("tag=sport")).toEqual(["The user rows"]);
  expect(await ids("pinned=true")).toEqual(["The user sails"]);
  expect((await ids("source=first_hand")).length).toBe(2);
  expect(await ids("from=2027-01-01T00:00:00Z")).toEqual([]);
  expect((await ids("to=2027-01-01T00:00:00Z")).length).toBe(2);
  for (const sort of ["created", "updated", "accessed", "confidence", "size", "unused"]) {
    expect((await ids(`sort=${sort}`)).length).toBe(2);
  }
  const first = await ada.get("/api/memory?limit=1");
  expect(first.body.items.length).toBe(1);
  const second = await ada.get(`/api/memory?limit=1&cursor=${first.body.nextCursor}`);
  expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
  expect(second.body.nextCursor).toBeNull();
  for (const limit of ["0", "101"]) {
    expect((await ada.get(`/api/memory?limit=${limit}`)).status).toBe(400);
  }
  const path = `/api/memory/${made.body.id}`;
  const changed = await ada.patch(path, {
    text: "The user rows at dawn",
    type: "fact",
    tags: ["morning"],
    outcome: "success",
    emotionalWeight: 0.5,
    confidence: 0.9,
    validFrom: "2025-01-01T00:00:00.000Z",
    validTo: null,
    injection: "local_models",
    locked: false,
  });
  expect(changed.body).toMatchObject({ type: "fact", emotionalWeight: 0.5, locked: false });
  expect((await ada.delete(path)).status).toBe(200);
  expect((await ada.get(path)).status).toBe(404);
  expect((await ada.post(`${path}/restore`)).status).toBe(200);
  expect((await ada.delete(`${path}?erase=true`)).status).toBe(204);
  expect((await ada.post(`${path}/restore`)).status).toBe(404);
});

Deno.test("[MEM-71] a full store takes nothing more for good, and shows what could go", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  const [said] = await items(ada, "/api/memory");
  let full;
  for (let n = 0; n < 8; n++) {
    full = await ada.post("/api/memory", { text: `The user owns boat number ${n}` });
    if (full.status !== 201) break;
  }
  expect(full).toMatchObject({ status: 429, body: { code: "quota_exceeded" } });
  expect(await ada.post(`/api/memory/${said.id}/pin`)).toMatchObject({
    status: 429,
    body: { code: "quota_exceeded" },
  });
  await tells(ada, "I play the cello in an orchestra.");
  expect((await items(ada, "/api/memory/not-saved"))[0]).toMatchObject({ reason: "quota" });
  const sizes = (await items(ada, "/api/memory?sort=size")).map(({ bytes }: { bytes: number }) =>
    bytes
  );
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  await ada.get(`/api/memory/${said.id}`);
  const unused = await items(ada, "/api/memory?sort=unused");
  expect(unused.length).toBe(sizes.length);
  // What is erased makes room again.
  await ada.delete(`/api/memory/${unused[0].id}?erase=true`);
  expect((await ada.post("/api/memory", { text: "The user sold a boat" })).status).toBe(201);
});

Deno.test("[MEM-84] the figures count tiers, types, sources, bytes, growth and rates", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  await ada.post("/api/memory", { text: "The user rows", type: "preference", pinned: true });
  const { body } = await ada.get("/api/memory/stats");
  expect(body).toMatchObject({
    total: 2,
    tiers: { stm: { count: 1, capacity: 20 }, itm: { count: 1, capacity: 100 }, ltm: { count: 1 } },
    types: { fact: 1, preference: 1 },
    sources: { first_hand: 2 },
    pinned: 1,
    limitBytes: 16_000,
    growth: [{ day: "2026-03-01", count: 2 }],
    saveRate: 1,
  });
  const listed = await items(ada, "/api/memory");
  const sum = listed.reduce((n: number, { bytes }: { bytes: number }) => n + bytes, 0);
  expect(body.bytes).toBe(sum);
});

Deno.test("[MEM-85] proposals and what was not saved are listed and decided by their owner alone", async () => {
  const [ada, eve] = [await app.person("ada"), await app.person("eve")];
  await tells(ada, "I am allergic to walnuts. I am allergic to figs.");
  const proposals = await items(ada, "/api/memory/proposals");
  expect(proposals.length).toBe(2);
  const path = (n: number, what: string) => `/api/memory/proposals/${proposals[n].id}/${what}`;
  expect((await eve.post(path(0, "accept"))).status).toBe(404);
  expect((await ada.post(path(0, "accept"))).status).toBe(200);
  expect((await ada.post(path(1, "reject"))).status).toBeLessThan(300);
  expect(await items(ada, "/api/memory/proposals")).toEqual([]);
  await ada.patch("/api/memory/settings", { automatic: "off" });
  await tells(ada, "I play the cello.");
  const [note] = await items(ada, "/api/memory/not-saved");
  expect(note).toMatchObject({ reason: "opted_out" });
  expect((await eve.post(`/api/memory/not-saved/${note.id}/save`)).status).toBe(404);
  expect((await ada.post(`/api/memory/not-saved/${note.id}/save`)).status).toBeLessThan(300);
  expect((await items(ada, "/api/memory")).length).toBe(2);
});

Deno.test("[MEM-86] contradictions are listed and resolved by their owner alone", async () => {
  const [ada, eve] = [await app.person("ada"), await app.person("eve")];
  const slot = { subject: "user", attribute: "home city" };
  const one = await ada.post("/api/memory", { text: "Lives in Porto", value: "Porto", ...slot });
  await ada.post("/api/memory", { text: "Lives in Lisbon", value: "Lisbon", ...slot });
  const [open] = await items(ada, "/api/memory/contradictions");
  const path = `/api/memory/contradictions/${open.id}/resolve`;
  expect((await eve.post(path, { answer: "keep_new" })).status).toBe(404);
  expect((await ada.post(path, { answer: "whatever" })).status).toBe(400);
  expect((await ada.post(path, { answer: "keep_new" })).status).toBeLessThan(300);
  expect(await items(ada, "/api/memory/contradictions")).toEqual([]);
  expect((await ada.post(path, { answer: "keep_new" })).status).toBe(409);
  expect((await ada.get(`/api/memory/${one.body.id}`)).body.supersededAt).not.toBeNull();
  expect(
    (await ada.post(`/api/memory/contradictions/${NOBODY}/resolve`, { answer: "keep_new" }))
      .status,
  ).toBe(404);
});

Deno.test("[MEM-87] the timeline tells what happened between two times, to its owner alone", async () => {
  const [ada, eve] = [await app.person("ada"), await app.person("eve")];
  const made = await ada.post("/api/memory", { text: "The user rows" });
  await ada.patch(`/api/memory/${made.body.id}`, { text: "The user rows at dawn" });
  const span = "from=2026-02-28T00:00:00Z&to=2026-03-02T00:00:00Z";
  const told = await items(ada, `/api/memory/timeline?${span}`);
  expect(told.map(({ action }: { action: string }) => action)).toEqual(["edit", "create"]);
  const before = "from=2025-01-01T00:00:00Z&to=2025-02-01T00:00:00Z";
  expect(await items(ada, `/api/memory/timeline?${before}`)).toEqual([]);
  expect(await items(eve, `/api/memory/timeline?${span}`)).toEqual([]);
});

Deno.test("[MEM-42] what others say never replaces the owner's own words: it is proposed", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  await tells(ada, 'My sister wrote: "Ada lives in Lisbon now."');
  await tells(ada, "> I live in Lisbon now.");
  const facts = await items(ada, "/api/memory?includePast=true");
  expect(facts.map(({ text }: { text: string }) => text)).toHaveLength(1);
  expect(facts[0]).toMatchObject({ supersededBy: null, validTo: null });
  for (const { shield } of await items(ada, "/api/memory/proposals")) expect(shield).toBe(true);
});
