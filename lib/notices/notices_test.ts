import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { purposeKey } from "@/lib/platform/crypto.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { openTestDatabase, type TestDatabase } from "@/tests/support/database.ts";
import { insertPerson, usageOver } from "@/tests/support/usage.ts";
import "@/lib/ui/text/languages.ts";
import { createNotices, type NoticeOwner } from "./service.ts";
import type { FeedEvent } from "./feed.ts";

let opened: TestDatabase;
let db: Database;
const clock = new FakeClock();
const ids = uuidV7Source(clock, secureRandom);
let notices: ReturnType<typeof createNotices>;
let plans: ReturnType<typeof usageOver>;

Deno.test.beforeAll(async () => {
  opened = await openTestDatabase();
  db = opened.db;
  plans = usageOver({ db, clock, ids });
  notices = createNotices({
    db,
    clock,
    ids,
    plans: plans.plans,
    entitlements: plans.entitlements,
    cursorKey: purposeKey("a".repeat(32), "cursor"),
  });
});
Deno.test.afterAll(() => opened.close());

const options = { sanitizeOps: false, sanitizeResources: false };

async function person(locale = "en"): Promise<NoticeOwner> {
  const userId = await insertPerson(db, { id: ids(), at: clock.now() });
  return { userId, locale, timeZone: "UTC" };
}

function tell(owner: NoticeOwner, kind: string, cause: string, data = {}): Promise<boolean> {
  return db.asSystem(
    "test",
    (tx) => notices.note(tx, { userId: owner.userId, kind, cause, data }),
  );
}

/** Follows, and hands out events one by one. */
function follow(owner: NoticeOwner, after: string | null = null) {
  const control = new AbortController();
  const events = notices.follow(owner, { after, signal: control.signal });
  return {
    next: async (): Promise<FeedEvent | undefined> => (await events.next()).value,
    async end() {
      control.abort();
      await events.return(undefined);
    },
  };
}

Deno.test(
  "[UI-44] notices are told once per cause, listed by page, read, and put away",
  options,
  async () => {
    const ada = await person();
    expect(await tell(ada, "usage_notice", "a", { resource: "llm_tokens", percentage: 82 })).toBe(
      true,
    );
    expect(await tell(ada, "usage_notice", "a")).toBe(false);
    await clock.advance(1_000);
    await tell(ada, "account_new_device", "b", { device: "Firefox" });
    await clock.advance(1_000);
    await tell(ada, "memory_proposal", "c");

    const first = await notices.list(ada, { limit: 2 });
    expect(first.items.map(({ topic }) => topic)).toEqual(["proposal", "security"]);
    expect(first.items[1]!.text).toContain("Firefox");
    const rest = await notices.list(ada, { limit: 2, cursor: first.nextCursor! });
    expect(rest.items.map(({ title }) => title)).toEqual(["82% of your tokens of today are used"]);
    expect(rest.nextCursor).toBe(null);

    expect(await notices.unread(ada.userId)).toBe(3);
    const { readAt } = await notices.read(ada, first.items[0]!.id);
    await clock.advance(1_000);
    // Reading again changes nothing.
    expect((await notices.read(ada, first.items[0]!.id)).readAt).toBe(readAt);
    expect((await notices.list(ada, { limit: 9, unread: "true" })).items.length).toBe(2);
    await notices.remove(ada.userId, first.items[1]!.id);
    await expect(notices.remove(ada.userId, first.items[1]!.id)).rejects.toMatchObject({
      code: "not_found",
    });
    expect(await notices.readAll(ada.userId)).toBe(1);
    expect(await notices.unread(ada.userId)).toBe(0);
    // What was put away has been told all the same.
    expect(await tell(ada, "account_new_device", "b")).toBe(false);
  },
);

Deno.test(
  "a notice speaks the language of whom it is for, and a foreign one is not there",
  options,
  async () => {
    const ben = await person("de");
    const eve = await person();
    await tell(ben, "trial_ended", "trial", { until: "2026-01-08T09:00:00.000Z" });
    const [notice] = (await notices.list(ben, { limit: 5 })).items;
    expect(notice).toMatchObject({ topic: "plan", href: "/billing" });
    expect(notice!.title).toContain("Testzeit");
    expect((await notices.list(eve, { limit: 5 })).items).toEqual([]);
    await expect(notices.read(eve, notice!.id)).rejects.toMatchObject({ code: "not_found" });
  },
);

Deno.test(
  "[API-70] a follower hears what is told, what is read elsewhere, and what it missed",
  options,
  async () => {
    const ada = await person();
    await tell(ada, "usage_notice", "old", { resource: "messages", percentage: 80 });
    await clock.advance(1_000);
    const live = follow(ada);
    expect(await live.next()).toEqual({
      event: "state",
      data: { unread: 1, plan: "free_trial", effectivePlan: "free_trial" },
    });
    const told = await notices.test(ada);
    expect(await live.next()).toMatchObject({ event: "notice", id: told.id });
    expect(await live.next()).toMatchObject({ event: "state", data: { unread: 2 } });
    await notices.readAll(ada.userId);
    expect(await live.next()).toMatchObject({ event: "state", data: { unread: 0 } });
    await live.end();
    expect(notices.streams()).toBe(0);

    await clock.advance(1_000);
    const missed = await notices.test(ada);
    const again = follow(ada, told.id);
    expect(await again.next()).toMatchObject({ event: "notice", id: missed.id });
    await again.end();
  },
);

Deno.test(
  "[BIL-43] an open page learns within five seconds of a plan that another process changed",
  options,
  async () => {
    const ada = await person();
    const live = follow(ada);
    expect(await live.next()).toMatchObject({ data: { effectivePlan: "free_trial" } });
    await db.asSystem("test", async (tx) => {
      await tx`update users set plan = 'basic', subscription_status = 'active'
      where id = ${ada.userId}`;
      await plans.entitlements.markChanged(tx, ada.userId);
    });
    const heard = live.next();
    await plans.entitlements.poll();
    let late: unknown = "late";
    void heard.then((event) => late = event);
    for (let ms = 0; ms < 5_000 && late === "late"; ms += 500) {
      await clock.advance(500);
      await notices.look();
    }
    expect(await heard).toMatchObject({
      event: "state",
      data: { plan: "basic", effectivePlan: "basic" },
    });
    await live.end();
  },
);

Deno.test(
  "one person cannot hold streams without end, and a stop ends them all",
  options,
  async () => {
    const ada = await person();
    const open = Array.from({ length: 10 }, () => follow(ada));
    expect(() => notices.follow(ada, { after: null, signal: new AbortController().signal }))
      .toThrow("too_many_streams");
    await Promise.all(open.map((one) => one.next()));
    const ends = open.map((one) => one.next());
    notices.close();
    expect(await Promise.all(ends)).toEqual(open.map(() => undefined));
    expect(notices.streams()).toBe(0);
  },
);
