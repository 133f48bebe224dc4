import { expect } from "expect";
import { FakeClock } from "../../platform/clock.ts";
import { BACKOFF_MS, type FollowOptions, followTurn, type Link, STALL_MS } from "./follow.ts";
import { type LiveTurn, newTurn } from "./turn.ts";

const frame = (seq: number, event: string, data: unknown) =>
  `id: t1:${seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const TURN = frame(1, "turn", { turnId: "t1", sessionId: "s1" });
const A = frame(2, "delta", { text: "a" });
const B = frame(3, "delta", { text: "b" });
const DONE = frame(4, "done", { status: "complete", textLength: 2 });

/** A server that answers each request as the script says. */
class Script {
  readonly requests: { url: string; lastEventId: string | null }[] = [];
  constructor(private readonly answers: ((signal?: AbortSignal) => Response)[]) {}

  readonly fetch: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    this.requests.push({ url: String(input), lastEventId: headers.get("last-event-id") });
    const answer = this.answers.shift();
    if (!answer) return Promise.reject(new TypeError("Failed to fetch"));
    return Promise.resolve(answer(init?.signal ?? undefined));
  };
}

const stream = (...parts: string[]) => () =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    }),
    { headers: { "content-type": "text/event-stream" } },
  );

/** Sends its parts and then says nothing, as a half-open socket does. */
const hang = (...parts: string[]) => (signal?: AbortSignal) =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
        signal?.addEventListener("abort", () => controller.error(signal.reason));
      },
    }),
    { headers: { "content-type": "text/event-stream" } },
  );

const problem = (status: number, body: Record<string, unknown>) => () =>
  Response.json(body, { status });

function follow(script: Script, extra: Partial<FollowOptions> = {}) {
  const clock = new FakeClock();
  const seen: LiveTurn[] = [];
  const links: Link[] = [];
  const follower = followTurn({
    start: (signal) => script.fetch("/api/chat/messages", { method: "POST", signal }),
    initial: newTurn(),
    fetch: script.fetch,
    clock,
    onChange: (live) => seen.push(live),
    onLink: (link) => links.push(link),
    ...extra,
  });
  return { clock, seen, links, follower };
}

Deno.test("a turn that is not disturbed is followed to its end", async () => {
  const script = new Script([stream(TURN, A, B, DONE)]);
  const { follower } = follow(script);
  const end = await follower.finished;
  expect(end.kind).toBe("ended");
  expect(end.live.text).toBe("ab");
  expect(script.requests.length).toBe(1);
});

Deno.test("[CHT-44] after a drop it asks for what follows the last event", async () => {
  const script = new Script([stream(TURN, A), stream(B, DONE)]);
  const { follower, clock } = follow(script);
  await clock.advance(BACKOFF_MS[0]!);
  expect((await follower.finished).live.text).toBe("ab");
  expect(script.requests[1]).toEqual({ url: "/api/chat/turns/t1/events", lastEventId: "t1:2" });
});

Deno.test("[CHT-15] until the turn is known the message itself is sent again", async () => {
  const script = new Script([stream(), stream(TURN, A, B, DONE)]);
  const { follower, clock } = follow(script);
  await clock.advance(BACKOFF_MS[0]!);
  expect((await follower.finished).live.text).toBe("ab");
  expect(script.requests.map((r) => r.url)).toEqual(["/api/chat/messages", "/api/chat/messages"]);
});

Deno.test("a connection that is silent for 20 seconds is cut and resumed", async () => {
  const script = new Script([hang(TURN, A), stream(B, DONE)]);
  const { follower, clock } = follow(script);
  await clock.advance(STALL_MS - 1);
  expect(script.requests.length).toBe(1);
  await clock.advance(1 + BACKOFF_MS[0]!);
  expect((await follower.finished).live.text).toBe("ab");
});

Deno.test("keep-alive comments count as life", async () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const open = () =>
    new Response(
      new ReadableStream({
        start(c) {
          controller = c;
        },
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  const script = new Script([open]);
  const { follower, clock } = follow(script);
  await clock.advance(0);
  for (let i = 0; i < 4; i++) {
    await clock.advance(15_000);
    controller.enqueue(new TextEncoder().encode(": keep-alive\n\n"));
    await clock.advance(0);
  }
  expect(script.requests.length).toBe(1);
  controller.enqueue(new TextEncoder().encode(TURN + A + B + DONE));
  expect((await follower.finished).live.text).toBe("ab");
});

Deno.test("after six failures it waits to be kicked, and goes on at once", async () => {
  const script = new Script([stream(TURN, A)]);
  const { follower, clock, links } = follow(script);
  for (const wait of BACKOFF_MS) await clock.advance(wait);
  await clock.advance(60_000);
  expect(links.at(-1)).toBe("lost");
  expect(script.requests.length).toBe(1 + BACKOFF_MS.length);
  (script as unknown as { answers: unknown[] }).answers.push(stream(B, DONE));
  follower.kick();
  expect((await follower.finished).live.text).toBe("ab");
});

Deno.test("[CHT-50] a second sender follows the turn that is under way", async () => {
  const script = new Script([
    problem(409, { code: "turn_in_progress", eventsUrl: "/api/chat/turns/t1/events" }),
    stream(TURN, A, B, DONE),
  ]);
  const { follower, clock } = follow(script);
  await clock.advance(BACKOFF_MS[0]!);
  const end = await follower.finished;
  expect(end.live.text).toBe("ab");
  expect(script.requests[1]).toEqual({ url: "/api/chat/turns/t1/events", lastEventId: null });
});

Deno.test("a refusal before the first event ends it with the problem", async () => {
  const script = new Script([problem(429, { code: "quota_exceeded", status: 429 })]);
  const end = await follow(script).follower.finished;
  expect(end.kind === "problem" && end.problem.code).toBe("quota_exceeded");
});

Deno.test("a server that is away while resuming does not end the turn", async () => {
  const script = new Script([
    stream(TURN, A),
    problem(503, { code: "starting" }),
    stream(B, DONE),
  ]);
  const { follower, clock } = follow(script);
  await clock.advance(BACKOFF_MS[0]!);
  await clock.advance(BACKOFF_MS[1]!);
  expect((await follower.finished).live.text).toBe("ab");
});

Deno.test("a turn that runs when the page is opened is attached to from its first event", async () => {
  const script = new Script([stream(TURN, A, B, DONE)]);
  const { follower } = follow(script, {
    start: undefined,
    eventsUrl: "/api/chat/turns/t1/events",
  });
  expect((await follower.finished).live.text).toBe("ab");
  expect(script.requests[0]?.lastEventId).toBeNull();
});

Deno.test("cancelling leaves the turn alone and resolves", async () => {
  const script = new Script([hang(TURN, A)]);
  const { follower, clock } = follow(script);
  await clock.advance(0);
  follower.cancel();
  expect((await follower.finished).kind).toBe("cancelled");
});
