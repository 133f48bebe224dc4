import { expect } from "expect";
import { followLive, type LiveEvent, type LiveMessage, type LivePorts } from "./live.ts";

const event: LiveEvent = {
  kind: "state",
  state: { unread: 1, plan: "basic", effectivePlan: "basic" },
};

/** Pages of one browser: one lock, one channel, and the connections that are open. */
function browser() {
  const pages = new Set<(message: LiveMessage) => void>();
  const open: ((event: LiveEvent) => void)[] = [];
  let lock = Promise.resolve();
  return {
    open,
    page() {
      const heard: LiveEvent[] = [];
      let listen = (_: LiveMessage) => {};
      const mine = (one: LiveMessage) => listen(one);
      pages.add(mine);
      const ports: LivePorts = {
        open(hear) {
          open.push(hear);
          return () => void open.splice(open.indexOf(hear), 1);
        },
        channel: {
          post: (one) => [...pages].filter((page) => page !== mine).forEach((page) => page(one)),
          close: () => void pages.delete(mine),
        },
        onMessage: (hear) => listen = hear,
        alone(work, signal) {
          lock = lock.then(() => signal.aborted ? undefined : work());
        },
      };
      return { heard, stop: followLive(ports, (one) => heard.push(one)) };
    },
  };
}

const settled = () => new Promise<void>((resolve) => queueMicrotask(() => resolve()));

Deno.test("[API-70] pages of one browser share one connection, and all hear what it brings", async () => {
  const shared = browser();
  const [first, second] = [shared.page(), shared.page()];
  await settled();
  expect(shared.open.length).toBe(1);
  shared.open[0]!(event);
  expect(first.heard).toEqual([event]);
  expect(second.heard).toEqual([event]);
});

Deno.test("when the page that holds the connection is closed the next one takes over", async () => {
  const shared = browser();
  const [first, second] = [shared.page(), shared.page()];
  await settled();
  first.stop();
  for (let i = 0; i < 5; i++) await settled();
  expect(shared.open.length).toBe(1);
  shared.open[0]!(event);
  expect(first.heard).toEqual([]);
  expect(second.heard).toEqual([event]);
  second.stop();
  expect(shared.open.length).toBe(0);
});

Deno.test("a page that is closed while it waits never opens a connection", async () => {
  const shared = browser();
  const [first, second] = [shared.page(), shared.page()];
  await settled();
  second.stop();
  first.stop();
  for (let i = 0; i < 5; i++) await settled();
  expect(shared.open.length).toBe(0);
});

Deno.test("a page that comes later is told how things stand", async () => {
  const shared = browser();
  shared.page();
  await settled();
  shared.open[0]!(event);
  const late = shared.page();
  expect(late.heard).toEqual([event]);
});
