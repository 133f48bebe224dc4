import { expect } from "expect";
import { type Backend, type EmbeddedConnection, EmbeddedSessions } from "./embedded_sessions.ts";

const encoder = new TextEncoder();

function message(letter: string, text = ""): Uint8Array {
  const body = encoder.encode(text);
  const whole = new Uint8Array(5 + body.length);
  whole[0] = letter.charCodeAt(0);
  new DataView(whole.buffer).setInt32(1, 4 + body.length);
  whole.set(body, 5);
  return whole;
}

const STARTUP = new Uint8Array([0, 0, 0, 8, 0, 3, 0, 0]);
const query = (sql: string) => message("Q", sql);

/**
 * A server with one session that understands `begin`, `commit`, `rollback` and notes the rest.
 * Its answers come in pieces of `cut` bytes.
 */
class FakeBackend implements Backend {
  log: string[] = [];
  #state: "I" | "T" | "E" = "I";
  #started = false;

  constructor(readonly cut = 1_000) {}

  async exec(bytes: Uint8Array, onOutput: (bytes: Uint8Array) => void): Promise<void> {
    await Promise.resolve();
    let output = message("C", "done");
    if (!this.#started || bytes.length === 8 && bytes[0] === 0) this.#started = true;
    else {
      const letter = String.fromCharCode(bytes[0]!);
      const sql = new TextDecoder().decode(bytes.subarray(5));
      this.log.push(sql || letter);
      if (sql === "begin") this.#state = "T";
      if (sql === "commit" || sql === "rollback") this.#state = "I";
      if (sql === "fail") this.#state = "E";
      // Parse, bind and execute are answered, but only a sync or a query ends in ready.
      if (letter !== "Q" && letter !== "S") return onOutput(message("1"));
    }
    output = new Uint8Array([...output, ...message("Z", this.#state)]);
    for (let at = 0; at < output.length; at += this.cut) {
      onOutput(output.subarray(at, at + this.cut));
      await Promise.resolve();
    }
  }

  rollback(): Promise<void> {
    this.log.push("(rolled back)");
    this.#state = "I";
    return Promise.resolve();
  }
}

async function open(sessions: EmbeddedSessions): Promise<EmbeddedConnection> {
  const connection = sessions.connect(() => {});
  await connection.receive(STARTUP);
  return connection;
}

for (const cut of [1_000, 7, 1]) {
  Deno.test(`two transactions never mix, with answers in pieces of ${cut}`, async () => {
    const backend = new FakeBackend(cut);
    const sessions = new EmbeddedSessions(backend);
    const [one, two] = [await open(sessions), await open(sessions)];
    const work: Promise<boolean>[] = [];
    for (const sql of ["begin", "first", "second", "commit"]) {
      work.push(one.receive(query(sql === "first" || sql === "second" ? `one ${sql}` : sql)));
      work.push(two.receive(query(sql === "first" || sql === "second" ? `two ${sql}` : sql)));
    }
    await Promise.all(work);
    expect(backend.log).toEqual([
      ...["begin", "one first", "one second", "commit"],
      ...["begin", "two first", "two second", "commit"],
    ]);
  });
}

Deno.test("a statement of its own gives the session back at once", async () => {
  const backend = new FakeBackend();
  const sessions = new EmbeddedSessions(backend);
  const [one, two] = [await open(sessions), await open(sessions)];
  await one.receive(query("a"));
  await two.receive(query("b"));
  await one.receive(query("c"));
  expect(backend.log).toEqual(["a", "b", "c"]);
});

Deno.test("a failed transaction is held until it is ended", async () => {
  const backend = new FakeBackend();
  const sessions = new EmbeddedSessions(backend);
  const [one, two] = [await open(sessions), await open(sessions)];
  await one.receive(query("begin"));
  await one.receive(query("fail"));
  const other = two.receive(query("other"));
  await one.receive(query("rollback"));
  await other;
  expect(backend.log).toEqual(["begin", "fail", "rollback", "other"]);
});

Deno.test("a connection that ends inside a transaction is rolled back before the next one", async () => {
  const backend = new FakeBackend();
  const sessions = new EmbeddedSessions(backend);
  const [one, two] = [await open(sessions), await open(sessions)];
  await one.receive(query("begin"));
  await one.receive(query("half"));
  const other = two.receive(query("other"));
  await one.end();
  await other;
  expect(backend.log).toEqual(["begin", "half", "(rolled back)", "other"]);
});

Deno.test("so is one that leaves between its statement and the sync", async () => {
  const backend = new FakeBackend();
  const sessions = new EmbeddedSessions(backend);
  const [one, two] = [await open(sessions), await open(sessions)];
  await one.receive(query("a")); // so that the last state it saw was idle
  await one.receive(message("P", "insert"));
  const other = two.receive(query("other"));
  await one.end();
  await other;
  expect(backend.log).toEqual(["a", "insert", "(rolled back)", "other"]);
});

Deno.test("a connection that says goodbye has ended, and what it sends then is not heard", async () => {
  const backend = new FakeBackend();
  const connection = await open(new EmbeddedSessions(backend));
  expect(await connection.receive(query("a"))).toBe(true);
  expect(await connection.receive(message("X"))).toBe(false);
  expect(await connection.receive(query("b"))).toBe(false);
  await connection.end();
  expect(backend.log).toEqual(["a"]);
});

Deno.test("encryption is refused with one letter, and the session is not taken for it", async () => {
  const backend = new FakeBackend();
  const sent: number[] = [];
  const connection = new EmbeddedSessions(backend).connect((bytes) => sent.push(...bytes));
  await connection.receive(new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]));
  expect(sent).toEqual(["N".charCodeAt(0)]);
});
