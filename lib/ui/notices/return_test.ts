import { expect } from "expect";
import { AWAY_MS, type ReturnPorts, watchReturn } from "./return.ts";

/** A page whose sight and server are played. */
function pageOf(whose: () => Promise<string | null>) {
  const page = { at: 0, seen: true, asked: 0, did: [] as string[] };
  const hear = { sight: () => {}, show: (_kept: boolean) => {} };
  const ports: ReturnPorts = {
    now: () => page.at,
    visible: () => page.seen,
    onVisibility: (work) => {
      hear.sight = work;
      return () => hear.sight = () => {};
    },
    onShow: (work) => {
      hear.show = work;
      return () => hear.show = () => {};
    },
    whose: () => {
      page.asked++;
      return whose();
    },
    leave: () => void page.did.push("leave"),
    renew: () => void page.did.push("renew"),
  };
  const stop = watchReturn(ports, "u1");
  const away = (ms: number) => {
    page.seen = false;
    hear.sight();
    page.at += ms;
    page.seen = true;
    hear.sight();
  };
  const settled = () => new Promise<void>((resolve) => queueMicrotask(() => resolve()));
  return { page, away, stop, settled, show: (kept: boolean) => hear.show(kept) };
}

Deno.test("[UI-83] a page that comes back after long looks at its session once", async () => {
  const { page, away, settled } = pageOf(() => Promise.resolve("u1"));
  away(AWAY_MS - 1);
  expect(page.asked).toBe(0);
  away(AWAY_MS);
  away(AWAY_MS);
  // The second look comes while the first is under way.
  expect(page.asked).toBe(1);
  await settled();
  await settled();
  away(AWAY_MS);
  expect(page.asked).toBe(2);
  expect(page.did).toEqual([]);
});

Deno.test("[UI-83] a page that was kept for the way back looks at its session, a fresh one does not", async () => {
  const { page, show, settled } = pageOf(() => Promise.resolve(null));
  show(false);
  expect(page.asked).toBe(0);
  show(true);
  await settled();
  expect(page.did).toEqual(["leave"]);
});

Deno.test("[UI-84] a page of somebody else than who is signed in now is made anew", async () => {
  const { page, show, settled } = pageOf(() => Promise.resolve("u2"));
  show(true);
  await settled();
  expect(page.did).toEqual(["renew"]);
});

Deno.test("[UI-83] a session that cannot be looked at is left alone, and so is a page that is gone", async () => {
  const { page, show, settled, stop } = pageOf(() => Promise.reject(new Error("offline")));
  show(true);
  await settled();
  await settled();
  expect([page.asked, page.did]).toEqual([1, []]);
  stop();
  show(true);
  expect(page.asked).toBe(1);
});
