import { expect } from "expect";
import { startTestApp, type TestApp } from "../support/app.ts";
import { builtPages } from "../support/browser.ts";
import { BUDGETS, grown, readBuild, scriptsOf, styleWeight, weigh } from "../bench/weight.ts";

let app: TestApp;

Deno.test.beforeAll(async () => {
  app = await startTestApp({ pages: builtPages });
});
Deno.test.afterAll(() => app.close());

/** Minified bytes of each module when its page's budget was last looked at. */
const MODULES = JSON.parse(
  await Deno.readTextFile(new URL("../bench/modules.json", import.meta.url)),
) as Record<string, Record<string, number>>;

/** What a page loads first, compressed, and the modules that grew since the list was written. */
async function load(path: keyof typeof BUDGETS.script) {
  const client = path === "/chat" ? await app.person() : app.client();
  const page = await client.fetch(path === "/chat" ? "/chat?new" : path);
  expect(page.status).toBe(200);
  const weight = weigh(await readBuild(), await scriptsOf(page));
  const names = grown(weight.modules, MODULES[path] ?? {}).slice(0, 8)
    .map(({ module, by }) => `${module} +${by} B`);
  return { ...weight, names };
}

for (const path of Object.keys(BUDGETS.script) as (keyof typeof BUDGETS.script)[]) {
  const budget = BUDGETS.script[path];
  Deno.test(`[UI-87] the scripts of ${path} stay within ${budget} B`, async () => {
    const { script, names } = await load(path);
    if (script > budget) {
      throw new Error(
        `${path} loads ${script} B of ${budget} B allowed. Grown: ${names.join(", ") || "nothing"}`,
      );
    }
  });
}

Deno.test("[UI-87] the chat loads the scripts it is weighed by", async () => {
  // A budget that weighs nothing would always hold.
  const { script, modules } = await load("/chat");
  expect(script).toBeGreaterThan(20_000);
  expect(Object.keys(modules)).toContain("islands/chat.tsx");
});

Deno.test("[UI-87] the heaviest parts of the chat wait until they are needed", async () => {
  const { modules } = await load("/chat");
  const early = Object.keys(modules).filter((name) =>
    /marked|receipt\.tsx|shortcuts\.tsx|failure_card/.test(name)
  );
  expect(early).toEqual([]);
});

Deno.test(`[UI-87] the stylesheet stays within ${BUDGETS.style / 1024} KiB`, async () => {
  expect(await styleWeight()).toBeLessThanOrEqual(BUDGETS.style);
});

Deno.test("[UI-87] a budget that is passed names the modules that grew", () => {
  expect(grown({ "a.ts": 5, "b.ts": 9, "new.ts": 3 }, { "a.ts": 5, "b.ts": 2 })).toEqual([
    { module: "b.ts", by: 7 },
    { module: "new.ts", by: 3 },
  ]);
});
