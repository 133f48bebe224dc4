import { expect } from "expect";
import { ClientFramer, ServerFollower } from "./wire.ts";

const concat = (parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));

/** A message as both sides write them: a letter, the length of the rest, the rest. */
function message(letter: string, body: number[] | string = []): Uint8Array {
  const bytes = typeof body === "string" ? [...new TextEncoder().encode(body)] : body;
  const whole = new Uint8Array(5 + bytes.length);
  whole[0] = letter.charCodeAt(0);
  new DataView(whole.buffer).setInt32(1, 4 + bytes.length);
  whole.set(bytes, 5);
  return whole;
}

/** A message without a letter, as a connection begins: its length, a code, the rest. */
function opening(code: number, rest = ""): Uint8Array {
  const bytes = new TextEncoder().encode(rest);
  const whole = new Uint8Array(8 + bytes.length);
  new DataView(whole.buffer).setInt32(0, whole.length);
  new DataView(whole.buffer).setInt32(4, code);
  whole.set(bytes, 8);
  return whole;
}

const SSL = opening(80877103);
const GSS = opening(80877104);
const CANCEL = opening(80877102, "\u0000\u0001\u0002\u0003");
const STARTUP = opening(196608, "user\u0000postgres\u0000\u0000");
const QUERY = message("Q", "select 1\u0000");
const SYNC = message("S");

/** What a framer finds, in words. */
function found(pieces: Uint8Array[]): string[] {
  const framer = new ClientFramer();
  return pieces.flatMap((piece) => framer.push(piece)).map((event) =>
    event.kind === "message" ? `message ${[...event.bytes].join(" ")}` : event.kind
  );
}

Deno.test("messages are found whole wherever the bytes are cut", () => {
  const stream = concat([SSL, GSS, STARTUP, QUERY, SYNC, message("X")]);
  const expected = [
    "refuse-encryption",
    "refuse-encryption",
    `message ${[...STARTUP].join(" ")}`,
    `message ${[...QUERY].join(" ")}`,
    `message ${[...SYNC].join(" ")}`,
    "terminate",
  ];
  expect(found([stream])).toEqual(expected);
  for (let cut = 1; cut < stream.length; cut++) {
    expect(found([stream.subarray(0, cut), stream.subarray(cut)])).toEqual(expected);
  }
  expect(found([...stream].map((byte) => new Uint8Array([byte])))).toEqual(expected);
});

Deno.test("a request to cancel ends its connection", () => {
  expect(found([CANCEL])).toEqual(["terminate"]);
});

Deno.test("bytes that the caller uses again do not change what was pushed", () => {
  const framer = new ClientFramer();
  framer.push(STARTUP);
  const half = QUERY.slice(0, 7);
  framer.push(half);
  half.fill(0);
  const [event] = framer.push(QUERY.subarray(7));
  expect(event).toEqual({ kind: "message", bytes: QUERY });
});

const ready = (state: string) => message("Z", state);
const row = message("D", "some values");

Deno.test("the server's state is known wherever its output is cut", () => {
  for (const state of ["I", "T", "E"] as const) {
    const output = concat([row, message("C", "SELECT 1\u0000"), ready(state)]);
    for (let cut = 0; cut < output.length; cut++) {
      const follower = new ServerFollower();
      follower.push(output.subarray(0, cut));
      expect(follower.take()).toBeNull();
      follower.push(output.subarray(cut));
      expect(follower.take()).toBe(state);
      expect(follower.take()).toBeNull();
    }
  }
});

Deno.test("what is followed by another message is not the state", () => {
  const follower = new ServerFollower();
  follower.push(concat([ready("I"), row]));
  expect(follower.take()).toBeNull();
  follower.push(new Uint8Array(0));
  expect(follower.take()).toBeNull();
});

Deno.test("values that look like the end of an answer are not taken for it", () => {
  const follower = new ServerFollower();
  const lookalike = message("D", [...ready("I")]);
  follower.push(lookalike);
  expect(follower.take()).toBeNull();
  // Cut so that the piece ends as a ready message would.
  const half = new ServerFollower();
  half.push(lookalike.subarray(0, lookalike.length));
  expect(half.take()).toBeNull();
  half.push(ready("T"));
  expect(half.take()).toBe("T");
});
