import { expect } from "expect";
import { FakeClock } from "../../platform/clock.ts";
import { ANNOUNCE_EVERY_MS, createAnnouncer, plain } from "./announce.ts";
import { latestBelow, variantOf } from "./branch.ts";
import { sends } from "./composer.tsx";
import { createDrafts } from "./drafts.ts";
import { scoreParts } from "./reasons.ts";
import { createStick, STICK_PX } from "./stick.ts";

Deno.test("[CHT-3] a message knows its place among its variants", () => {
  expect(variantOf({ id: "b", siblingIds: ["a", "b", "c"] }))
    .toEqual({ index: 2, count: 3, previousId: "a", nextId: "c" });
  expect(variantOf({ id: "a", siblingIds: ["a"] })).toBeNull();
  expect(variantOf({ id: "x", siblingIds: ["a", "b"] })).toBeNull();
});

Deno.test("[CHT-3] choosing a variant shows the latest path below it", () => {
  const tree = [
    { id: "u1", parentId: null },
    { id: "a1", parentId: "u1" },
    { id: "u2", parentId: "a1" },
    { id: "a2", parentId: "u2" },
    { id: "a1b", parentId: "u1" },
    { id: "u2b", parentId: "a1" },
  ];
  expect(latestBelow(tree, "u1")).toBe("a1b");
  expect(latestBelow(tree, "a1")).toBe("u2b");
  expect(latestBelow(tree, "u2")).toBe("a2");
  expect(latestBelow(tree, "elsewhere")).toBe("elsewhere");
});

Deno.test("[CHT-3] a loop in damaged data ends", () => {
  const loop = [{ id: "a", parentId: "b" }, { id: "b", parentId: "a" }];
  expect(["a", "b"]).toContain(latestBelow(loop, "a"));
});

function announcer(mode: "sentences" | "end" | "off") {
  const clock = new FakeClock();
  const said: string[] = [];
  const a = createAnnouncer({
    mode,
    clock,
    speak: (words) => said.push(words),
    started: "Answer started",
    complete: (words) => `Answer complete, ${words} words`,
  });
  return { a, clock, said };
}

Deno.test("[UI-63] whole sentences are announced, at most every three seconds", async () => {
  const { a, clock, said } = announcer("sentences");
  a.update("One job");
  a.update("One job per week. Each");
  expect(said).toEqual(["Answer started"]);
  await clock.advance(ANNOUNCE_EVERY_MS);
  a.update("One job per week. Each under half an hour. I set");
  a.update("One job per week. Each under half an hour. I set it. So");
  expect(said).toEqual(["Answer started", "One job per week. Each under half an hour."]);
  a.finish("One job per week. Each under half an hour. I set it. So be it.");
  expect(said.at(-1)).toBe("I set it. So be it. Answer complete, 15 words");
});

Deno.test("[UI-63] the setting may ask for the end alone, or for nothing", () => {
  const end = announcer("end");
  end.a.update("One. Two.");
  end.a.finish("One. Two.");
  expect(end.said).toEqual(["Answer started", "Answer complete, 2 words"]);
  const off = announcer("off");
  off.a.update("One.");
  off.a.finish("One.");
  expect(off.said).toEqual([]);
});

Deno.test("[UI-73] Markdown is said without its marks", () => {
  expect(
    plain("## Plan\n\n- **sow** `chard`, see [the guide](https://x.org)\n\n```ts\nlet a;\n```"),
  )
    .toBe("Plan sow chard, see the guide");
});

Deno.test("[UI-63] code is named once and never spelled out, wherever its announcement falls", async () => {
  const clock = new FakeClock();
  const said: string[] = [];
  const speak = (words: string) => void said.push(words);
  const words = { started: "Begin", code: "Code", complete: () => "End" };
  const a = createAnnouncer({ mode: "sentences", clock, speak, ...words });
  const text = "Look at this.\n\n```ts\nlet a = 1;\nlet b = 2;\n```\n\nThat is all.";
  for (const end of [text.indexOf("let b"), text.indexOf("```\n\nThat"), text.length]) {
    a.update(text.slice(0, end));
    await clock.advance(ANNOUNCE_EVERY_MS);
    a.update(text.slice(0, end));
  }
  a.finish(text);
  expect(said).toEqual(["Begin", "Look at this. Code.", "That is all. End"]);
});

Deno.test("[UI-63] new text moves the log only while the reader is at its end", () => {
  const changes: boolean[] = [];
  const stick = createStick((stuck) => changes.push(stuck));
  const box = { scrollTop: 0, scrollHeight: 1000, clientHeight: 400 };
  stick.grown(box);
  expect(box.scrollTop).toBe(1000);
  stick.release();
  box.scrollHeight = 1200;
  stick.grown(box);
  expect(box.scrollTop).toBe(1000);
  box.scrollTop = 1200 - 400 - STICK_PX;
  stick.scrolled(box);
  expect(stick.stuck).toBe(true);
  box.scrollTop -= 1;
  stick.scrolled(box);
  expect(stick.stuck).toBe(false);
  stick.toEnd(box);
  expect(changes).toEqual([false, true, false, true]);
});

Deno.test("[UI-63] a log whose content changed stays at its end although the browser scrolled it", () => {
  const stick = createStick(() => {});
  const box = { scrollTop: 600, scrollHeight: 1000, clientHeight: 400 };
  stick.grown(box);
  box.scrollHeight = 2000;
  stick.scrolled(box);
  expect(stick.stuck).toBe(true);
  stick.scrolled(box);
  expect(stick.stuck).toBe(false);
});

Deno.test("[UI-80] drafts are kept per user and conversation, and a broken store is no fault", () => {
  const map = new Map<string, string>();
  const store = {
    getItem: (k: string) => map.get(k) ?? null,
    setItem: (k: string, v: string) => void map.set(k, v),
    removeItem: (k: string) => void map.delete(k),
  };
  const drafts = createDrafts(store, "u1");
  drafts.write(null, "new one");
  drafts.write("c1", "old one");
  expect([drafts.read(null), drafts.read("c1"), drafts.read("c2")])
    .toEqual(["new one", "old one", ""]);
  expect(createDrafts(store, "u2").read("c1")).toBe("");
  drafts.write("c1", "");
  expect(map.size).toBe(1);
  const broken = createDrafts({
    ...store,
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
  }, "u1");
  expect(() => broken.write("c1", "x")).not.toThrow();
});

Deno.test("[MEM-56] the terms of a score are told in words, the largest first", () => {
  expect(scoreParts([
    { name: "recency", amount: 0.074 },
    { name: "full_text", amount: 0.736 },
    { name: "pin", amount: 0 },
    { name: "new_signal", amount: 0.01 },
  ], "en")).toEqual([
    { label: "shares words", amount: 0.736 },
    { label: "recent", amount: 0.074 },
    { label: "new signal", amount: 0.01 },
  ]);
});

Deno.test("[UI-42] Enter sends where the person wants that, Ctrl or Cmd with Enter always", () => {
  const key = (over: Partial<KeyboardEvent> = {}) => ({
    key: "Enter",
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    isComposing: false,
    keyCode: 13,
    ...over,
  });
  const desk = { enterSends: true, touch: false };
  expect(sends(key(), desk)).toBe(true);
  expect(sends(key({ shiftKey: true }), desk)).toBe(false);
  expect(sends(key({ key: "a" }), desk)).toBe(false);
  expect(sends(key(), { enterSends: true, touch: true })).toBe(false);
  expect(sends(key(), { enterSends: false, touch: false })).toBe(false);
  for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
    expect(sends(key(held), { enterSends: false, touch: false })).toBe(true);
    expect(sends(key({ ...held, isComposing: true }), desk)).toBe(false);
  }
  expect(sends(key({ keyCode: 229 }), desk)).toBe(false);
});
