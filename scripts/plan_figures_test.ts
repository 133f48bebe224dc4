import { expect } from "expect";
import { createPlans } from "@/lib/plans/mod.ts";
import { parseConfig } from "@/lib/platform/config.ts";

/** Where words for people are written. `docs/configuration.md` is made from the plans themselves. */
const PLACES = ["routes", "islands", "lib/ui/text", "lib/ui", "lib/billing", "lib/notices", "docs"];
const GENERATED = new Set(["docs/configuration.md"]);
/** The gallery shows components with made-up numbers. */
const EXAMPLES = new Set(["lib/ui/gallery.tsx", "lib/ui/gallery"]);

async function* files(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* files(path);
    else if (/\.(?:tsx?|md)$/.test(path) && !/_test\.tsx?$/.test(path)) yield path;
  }
}

/** A figure of a plan as people would write it, with what it counts. */
function figures(): RegExp {
  const plans = createPlans(parseConfig({}));
  const amounts = new Set<number>();
  const prices = new Set<number>();
  for (const { limits, price } of plans.cards()) {
    for (const value of [limits.tokensPerDay, limits.messagesPerDay, limits.concurrentStreams]) {
      if (value !== null && value > 1) amounts.add(value);
    }
    if (price.amount > 0) prices.add(price.amount / 100);
  }
  const written = [...amounts].flatMap((n) => [
    String(n),
    n.toLocaleString("en"),
    n.toLocaleString("de"),
    n.toLocaleString("en").replaceAll(",", "_"),
  ]);
  const numbers = [...new Set(written)].map((text) => text.replaceAll(".", "\\.")).join("|");
  return new RegExp(
    `\\$ ?(?:${[...prices].join("|")})\\b|(?<![\\d.,])(?:${numbers}) ` +
      `(?:LLM )?(?:tokens|messages|streams|answers at once|Tokens|Nachrichten|Antworten)`,
    "g",
  );
}

Deno.test("[PLN-1] figures and prices of plans are written in the plans' module alone", async () => {
  const pattern = figures();
  // The pattern finds what it is made for.
  for (const text of ["$9 a month", "50,000 tokens a day", "50.000 Tokens", "100 messages"]) {
    expect(text.match(pattern)).toHaveLength(1);
  }
  const found: string[] = [];
  for (const place of PLACES) {
    for await (const path of files(place)) {
      if (GENERATED.has(path) || EXAMPLES.has(path)) continue;
      const text = await Deno.readTextFile(path);
      for (const [figure] of text.matchAll(pattern)) found.push(`${path}: ${figure}`);
    }
  }
  expect([...new Set(found)]).toEqual([]);
});

Deno.test("[PLN-1] the public list, the prices and the page of the API say what the module says", () => {
  const plans = createPlans(parseConfig({ PLAN_BASIC_TOKENS_PER_DAY: "60000" }));
  expect(plans.card("basic").limits.tokensPerDay).toBe(60_000);
  expect(plans.limits("basic")).toEqual(plans.card("basic").limits);
  expect(plans.cards().map(({ plan, price }) => [plan, price.amount])).toEqual([
    ["free_trial", 0],
    ["expired", 0],
    ["basic", 900],
    ["pro", 2900],
  ]);
});
