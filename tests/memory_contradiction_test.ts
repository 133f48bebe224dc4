import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp } from "./support/app.ts";

/** What is said first, how it is corrected, and how it is asked about now and then. */
const TEMPLATES: [first: string, then: string, now: string, before: string][] = [
  [
    "I live in {a}.",
    "Actually, I live in {b} now.",
    "Where do I live?",
    "Where did I live before?",
  ],
  ["I live in {a}.", "I moved to {b}.", "Where do I live?", "Where did I live before?"],
  ["I work at {a}.", "I now work at {b}.", "Where do I work?", "Where did I work before?"],
  ["I work as a {a}.", "I work as a {b} now.", "What do I work as?", "What did I work as before?"],
  [
    "My favourite colour is {a}.",
    "Actually, my favourite colour is {b}.",
    "What is my favourite colour?",
    "What was my favourite colour before?",
  ],
  [
    "My favourite food is {a}.",
    "My favourite food is {b} now.",
    "What is my favourite food?",
    "What was my favourite food before?",
  ],
];
const VALUES: [a: string, b: string][][] = [
  [
    ["Porto", "Lisbon"],
    ["Oslo", "Bergen"],
    ["Paris", "Lyon"],
    ["Rome", "Turin"],
    ["Bonn", "Essen"],
    ["Cork", "Galway"],
    ["Kyoto", "Osaka"],
    ["Lima", "Cusco"],
    ["Gdansk", "Lodz"],
    ["Ghent", "Bruges"],
  ],
  [
    ["Porto", "Lisbon"],
    ["Oslo", "Bergen"],
    ["Paris", "Lyon"],
    ["Rome", "Turin"],
    ["Bonn", "Essen"],
    ["Cork", "Galway"],
    ["Kyoto", "Osaka"],
    ["Lima", "Cusco"],
    ["Gdansk", "Lodz"],
    ["Ghent", "Bruges"],
  ],
  [
    ["Aster", "Birch"],
    ["Siemens", "Bosch"],
    ["Lufthansa", "Ryanair"],
    ["Nokia", "Ericsson"],
    ["Ikea", "Volvo"],
    ["Philips", "Shell"],
    ["Fiat", "Olivetti"],
    ["Danone", "Michelin"],
    ["Tesco", "Rolls"],
    ["Canon", "Nikon"],
  ],
  [
    ["nurse", "teacher"],
    ["baker", "cook"],
    ["lawyer", "judge"],
    ["pilot", "driver"],
    ["painter", "sculptor"],
    ["carpenter", "plumber"],
    ["gardener", "florist"],
    ["waiter", "barista"],
    ["clerk", "manager"],
    ["dentist", "surgeon"],
  ],
  [
    ["green", "blue"],
    ["red", "yellow"],
    ["purple", "orange"],
    ["black", "white"],
    ["pink", "teal"],
    ["brown", "beige"],
    ["grey", "silver"],
    ["gold", "ivory"],
    ["lilac", "olive"],
    ["cyan", "amber"],
  ],
  [
    ["pizza", "sushi"],
    ["risotto", "ramen"],
    ["lasagne", "tacos"],
    ["paella", "gazpacho"],
    ["curry", "dal"],
    ["goulash", "pierogi"],
    ["falafel", "hummus"],
    ["pho", "laksa"],
    ["fondue", "raclette"],
    ["stew", "soup"],
  ],
];

Deno.test("[MEM-92] of sixty corrections the newer value is used, and the older is known as the past", async () => {
  const clock = new FakeClock("2026-03-01T09:00:00.000Z");
  const app = await startTestApp({ clock });
  try {
    const pairs = TEMPLATES.flatMap((template, at) =>
      VALUES[at]!.map((values) => ({ template, values }))
    );
    expect(pairs.length).toBeGreaterThanOrEqual(60);
    const failed: string[] = [];
    for (const { template: [first, then, now, before], values: [a, b] } of pairs) {
      const who = await app.person();
      for (const text of [first.replace("{a}", a), then.replace("{b}", b)]) {
        await who.say(text, { remember: true });
        await app.services.outbox.drain();
        clock.jumpTo(new Date(clock.now().getTime() + 3_600_000));
      }
      const facts = async (query: string) =>
        (await app.services.memory.recall({
          userId: who.userId,
          query,
          previous: [],
          excludeMessageIds: [],
          userName: "Ada",
          tokenBudget: 2_000,
          modelLocation: "local",
          searchConversations: false,
        })).items.map((item) => item.text).join(" ");
      const current = await facts(now);
      const past = await facts(before);
      if (!current.includes(b) || current.includes(a) || !past.includes(a)) {
        failed.push(`${first} / ${then} (${a}, ${b}): now "${current}", before "${past}"`);
      }
    }
    expect({
      share: 1 - failed.length / pairs.length >= 0.8,
      failed: failed.length > 12 ? failed : [],
    })
      .toEqual({ share: true, failed: [] });
  } finally {
    await app.close();
  }
});
