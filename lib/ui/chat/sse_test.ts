import { expect } from "expect";
import fc from "fast-check";
import { createSseParser, type StreamEvent } from "./sse.ts";

const STREAM =
  'id: t:1\nevent: turn\ndata: {"a":1}\n\n: keep-alive\n\nid: t:2\r\nevent: delta\r\n' +
  'data: {"text":"Tromsø 👩🏽‍🚀"}\r\n\r\nevent: delta\rdata: one\rdata:two\r\r' +
  "data\n\nid: t:4\nevent: done\ndata: {}\n\n";

const EXPECTED: StreamEvent[] = [
  { id: "t:1", event: "turn", data: '{"a":1}' },
  { id: "t:2", event: "delta", data: '{"text":"Tromsø 👩🏽‍🚀"}' },
  { id: "", event: "delta", data: "one\ntwo" },
  { id: "", event: "message", data: "" },
  { id: "t:4", event: "done", data: "{}" },
];

const bytes = new TextEncoder().encode(STREAM);

Deno.test("[CHT-41] a stream yields the same events wherever it is cut, inside a character too", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
      const parser = createSseParser();
      const events: StreamEvent[] = [];
      let from = 0;
      for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
        events.push(...parser.push(bytes.slice(from, cut)));
        from = cut;
      }
      expect(events).toEqual(EXPECTED);
    }),
    { numRuns: 500, seed: 3 },
  );
});

Deno.test("[CHT-41] one byte at a time gives the same events", () => {
  const parser = createSseParser();
  expect([...bytes].flatMap((byte) => parser.push(Uint8Array.of(byte)))).toEqual(EXPECTED);
});

Deno.test("[CHT-42] comments are reported and are no events", () => {
  const comments: string[] = [];
  const parser = createSseParser((text) => comments.push(text));
  expect(parser.push(new TextEncoder().encode(": keep-alive\n\n:queue 3\n\n"))).toEqual([]);
  expect(comments).toEqual(["keep-alive", "queue 3"]);
});

Deno.test("an event that was cut before its blank line never appears", () => {
  expect(createSseParser().push(new TextEncoder().encode("event: done\ndata: {}\n"))).toEqual([]);
});

Deno.test("a byte order mark, unknown fields and ids with NUL are left out", () => {
  const parser = createSseParser();
  const events = parser.push(
    new TextEncoder().encode("\ufeffid: a\0b\nretry: 5\nfoo: x\ndata: y\n\n"),
  );
  expect(events).toEqual([{ id: "", event: "message", data: "y" }]);
});
