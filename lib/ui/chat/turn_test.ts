import { expect } from "expect";
import { countCodePoints, takeCodePoints } from "./code_points.ts";
import { applyComment, applyEvent, hasEnded, type LiveTurn, newTurn, stageOf } from "./turn.ts";
import { isStoredText } from "./verify.ts";

const event = (seq: number, name: string, data: unknown) => ({
  id: seq === 0 ? "" : `t1:${seq}`,
  event: name,
  data: JSON.stringify(data),
});

const play = (events: ReturnType<typeof event>[], start = newTurn()): LiveTurn =>
  events.reduce(applyEvent, start);

const TURN = event(1, "turn", { turnId: "t1", sessionId: "s1" });

Deno.test("[CON-31] deltas are appended, and with replaceFrom rewrite from that code point", () => {
  const live = play([
    TURN,
    event(2, "delta", { text: "Maren 👩🏽‍🚀 lives in " }),
    event(3, "delta", { text: "Tromsø." }),
    event(4, "delta", { text: "Oslo.", replaceFrom: 20 }),
  ]);
  expect(live.text).toBe("Maren 👩🏽‍🚀 lives in Oslo.");
});

Deno.test("[CHT-44] events seen before are left out, so a replay that overlaps does no harm", () => {
  const events = [TURN, event(2, "delta", { text: "a" }), event(3, "delta", { text: "b" })];
  expect(play([...events, ...events, event(4, "delta", { text: "c" })]).text).toBe("abc");
});

Deno.test("[CHT-44] stored text sent from the start replaces what was built, whatever its number", () => {
  const live = play([
    TURN,
    event(2, "delta", { text: "lost " }),
    event(3, "delta", { text: "words" }),
    event(1, "delta", { text: "stored text", replaceFrom: 0 }),
    event(2, "done", { status: "interrupted", textLength: 11 }),
  ]);
  expect(live.text).toBe("stored text");
  expect(live.done?.status).toBe("interrupted");
});

Deno.test("[CHT-42] after the end nothing more is taken", () => {
  const live = play([
    TURN,
    event(2, "done", { status: "complete" }),
    event(3, "delta", { text: "late" }),
  ]);
  expect(hasEnded(live)).toBe(true);
  expect(live.text).toBe("");
});

Deno.test("[CON-30] unknown events move the number on, and what is no JSON is dropped", () => {
  const live = play([TURN, event(2, "novelty", { x: 1 }), {
    id: "t1:3",
    event: "delta",
    data: "{",
  }]);
  expect(live.seq).toBe(2);
  expect(live.text).toBe("");
});

Deno.test("[CHT-53] the stage is told from what has been heard", () => {
  const stages: string[] = [stageOf(newTurn())];
  [
    TURN,
    event(2, "recall", { items: [] }),
    event(3, "delta", { text: "x" }),
    event(4, "done", { status: "complete" }),
  ].reduce((live, e) => {
    const next = applyEvent(live, e);
    stages.push(stageOf(next));
    return next;
  }, newTurn());
  expect(stages).toEqual(["sending", "recalling", "waiting", "writing", "ended"]);
});

Deno.test("[CHT-78] the place in the queue comes as a comment and goes with the first text", () => {
  const waiting = applyComment(newTurn(), "queue 3");
  expect(waiting.queue).toBe(3);
  expect(applyComment(waiting, "keep-alive").queue).toBe(3);
  expect(applyEvent(waiting, event(1, "delta", { text: "x" })).queue).toBeNull();
});

Deno.test("[CON-1] lengths count code points", () => {
  expect(countCodePoints("a👩🏽‍🚀é")).toBe(6);
  expect(countCodePoints("\ud800x")).toBe(2);
  expect(takeCodePoints("👍👍👍", 2)).toBe("👍👍");
  expect(takeCodePoints("abc", 9)).toBe("abc");
});

Deno.test("[CHT-54] text counts as stored only when length and hash agree", async () => {
  const hash = "4e82410d56dfa0ffdbfbf8b4d1694b23f5081b7fad1561ba77c7096f47eb4dda";
  const done = { textLength: 22, textHash: hash };
  expect(await isStoredText("Maren lives in Tromsø.", done)).toBe(true);
  expect(await isStoredText("Maren lives in Tromsö.", done)).toBe(false);
  expect(await isStoredText("Maren lives in Tromsø", done)).toBe(false);
  expect(await isStoredText("Maren lives in Tromsö.", done, undefined)).toBe(false);
});
