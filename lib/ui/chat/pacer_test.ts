import { expect } from "expect";
import { createPacer, LEAST_MS, type Paces, REST } from "./pacer.ts";

/** A page whose every frame takes so long. */
function page(frameMs: number) {
  let now = 0;
  let waiting: { at: number; work: () => void }[] = [];
  const paces: Paces = {
    now: () => now,
    after: (ms, work) => void waiting.push({ at: now + ms, work }),
    frame: (work) =>
      void waiting.push({
        at: now,
        work: () => {
          work();
          now += frameMs;
        },
      }),
  };
  const run = (until: number) => {
    for (;;) {
      const next = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      waiting = waiting.filter((one) => one !== next);
      now = Math.max(now, next.at);
      next.work();
    }
    now = Math.max(now, until);
  };
  return { paces, run };
}

/** How often is drawn in a second of changes every ten milliseconds. */
function drawnIn(frameMs: number): { n: number; at: number }[] {
  const { paces, run } = page(frameMs);
  const pace = createPacer(paces);
  const shown: { n: number; at: number }[] = [];
  for (let n = 0; n < 100; n++) {
    run(n * 10);
    pace(() => shown.push({ n, at: paces.now() }));
  }
  run(3_000);
  return shown;
}

Deno.test("[UI-88] drawing takes a quarter of the time at most, however slow the page is", () => {
  for (const frameMs of [0, 5, 20, 80]) {
    const shown = drawnIn(frameMs);
    const share = (shown.length - 1) * frameMs / (shown.at(-1)!.at - shown[0]!.at);
    expect(share).toBeLessThanOrEqual(1 / (1 + REST));
    expect(shown.length).toBeLessThanOrEqual(1_000 / LEAST_MS + 2);
  }
});

Deno.test("the first change is drawn at once, and the last is never lost", () => {
  expect(drawnIn(20)[0]!.n).toBe(0);
  for (const frameMs of [0, 20, 80]) expect(drawnIn(frameMs).at(-1)!.n).toBe(99);
});
