import { expect } from "expect";
import { createMetrics } from "./metrics.ts";

Deno.test("what is counted before the library is loaded is counted all the same, in order", async () => {
  const metrics = createMetrics();
  const level = metrics.gauge("level", "A level");
  metrics.counter("turns_total", "Turns", ["plan"]).add(2, { plan: "pro" });
  metrics.histogram("wait_seconds", "Waits", { buckets: [1, 2] }).observe(1.5);
  level.set(1);
  level.set(7);
  await metrics.load();
  metrics.counter("turns_total", "Turns", ["plan"]).add(1, { plan: "pro" });
  const text = await metrics.text();
  expect(text).toContain('turns_total{plan="pro"} 3');
  expect(text).toContain('wait_seconds_bucket{le="2"} 1');
  expect(text).toContain("level 7");
});

Deno.test("a gauge is asked when it is read, and two registries share nothing", async () => {
  let value = 1;
  const metrics = createMetrics();
  metrics.gauge("open", "Open things", { collect: () => value });
  expect(await metrics.text()).toContain("open 1");
  value = 5;
  expect(await metrics.text()).toContain("open 5");
  expect(await createMetrics().text()).not.toContain("open");
});
