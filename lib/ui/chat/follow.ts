import type { Clock } from "../../platform/clock.ts";
import type { ProblemBody } from "../contract.ts";
import { createSseParser, type StreamEvent } from "./sse.ts";
import { applyComment, applyEvent, hasEnded, type LiveTurn } from "./turn.ts";

/** Silence after which a connection counts as dead; the server sends a comment every 15 s. */
export const STALL_MS = 20_000;

/** Waits before each attempt after the first, in milliseconds; then it is given up (C1). */
export const BACKOFF_MS: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000, 8_000];

/** How the connection stands. `lost` waits for {@link Follower.kick}. */
export type Link = "connecting" | "open" | "waiting" | "lost" | "closed";

/** What following a turn needs. */
export interface FollowOptions {
  /** Sends the message; called again with the same `clientMessageId` until the turn is known. */
  start?: (signal: AbortSignal) => Promise<Response>;
  /** Address of the events, when the turn is known already. */
  eventsUrl?: string;
  /** Text a *continue* appends to, or nothing. */
  initial: LiveTurn;
  fetch: typeof fetch;
  clock: Clock;
  /** Called for every change, in order. */
  onChange: (live: LiveTurn) => void;
  onLink?: (link: Link) => void;
  /** Another tab's turn was under way, so this follows that one; nothing was sent (CHT-50). */
  onJoin?: () => void;
}

/** How following ended. */
export type FollowEnd =
  | { kind: "ended"; live: LiveTurn }
  /** The server refused before the first event. */
  | { kind: "problem"; live: LiveTurn; problem: ProblemBody }
  | { kind: "cancelled"; live: LiveTurn };

/** A turn that is being followed. */
export interface Follower {
  readonly finished: Promise<FollowEnd>;
  /** Tries again at once: the network is back, or the page is looked at again. */
  kick(): void;
  /** Stops following. The turn itself goes on (CHT-43). */
  cancel(): void;
}

/**
 * Follows one turn to its end through drops, stalls and restarts (CHT-43, CHT-44). After each
 * break it asks for what comes after the last event it has; a connection that is silent for
 * {@link STALL_MS} is cut whatever the browser thinks of it.
 */
export function followTurn(options: FollowOptions): Follower {
  const run = new Run(options);
  return {
    finished: run.loop(),
    kick: () => run.kick(),
    cancel: () => run.cancel(),
  };
}

class Run {
  #live: LiveTurn;
  #eventsUrl: string | undefined;
  #attempt = 0;
  #cancelled = false;
  #wake: (() => void) | null = null;
  #connection: AbortController | null = null;
  #lastByte = 0;

  constructor(private readonly o: FollowOptions) {
    this.#live = o.initial;
    this.#eventsUrl = o.eventsUrl;
  }

  async loop(): Promise<FollowEnd> {
    while (!this.#cancelled && !hasEnded(this.#live)) {
      const problem = await this.#connect();
      if (problem) return this.#end({ kind: "problem", live: this.#live, problem });
      if (this.#cancelled || hasEnded(this.#live)) break;
      await this.#pause();
    }
    return this.#end({ kind: this.#cancelled ? "cancelled" : "ended", live: this.#live });
  }

  kick(): void {
    this.#attempt = 0;
    if (this.#wake) this.#wake();
    // A socket that died while the phone slept still looks open, so silence decides.
    else if (this.o.clock.monotonic() - this.#lastByte > STALL_MS) this.#connection?.abort();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#connection?.abort();
    this.#wake?.();
  }

  /** One connection, to its end. Returns the problem when the server refused. */
  async #connect(): Promise<ProblemBody | null> {
    this.#say("connecting");
    const connection = this.#connection = new AbortController();
    const unwatch = this.#watch(connection);
    try {
      const response = await this.#open(connection.signal);
      if (!response.ok || !isStream(response)) return await this.#refused(response);
      this.#say("open");
      await this.#read(response);
    } catch {
      // A broken connection is what this function is there for: the loop asks again.
    } finally {
      unwatch();
      connection.abort();
      this.#connection = null;
    }
    return null;
  }

  #open(signal: AbortSignal): Promise<Response> {
    if (!this.#eventsUrl && this.o.start) return this.o.start(signal);
    const headers: Record<string, string> = { accept: "text/event-stream" };
    const { turn, seq } = this.#live;
    if (turn && seq > 0) headers["last-event-id"] = `${turn.turnId}:${seq}`;
    return this.o.fetch(this.#eventsUrl ?? "", { headers, signal, cache: "no-store" });
  }

  async #refused(response: Response): Promise<ProblemBody | null> {
    const problem = await readProblem(response);
    if (problem.code === "turn_in_progress" && typeof problem["eventsUrl"] === "string") {
      this.#eventsUrl = problem["eventsUrl"];
      this.#attempt = 0;
      this.o.onJoin?.();
      return null;
    }
    // Once the turn is known, a server that is away for a moment must not end it.
    const passing = response.status >= 500 || response.status === 429;
    return this.#live.turn && passing ? null : problem;
  }

  async #read(response: Response): Promise<void> {
    let live = this.#live;
    const parser = createSseParser((comment) => live = applyComment(live, comment));
    for await (const bytes of chunks(response.body!)) {
      this.#lastByte = this.o.clock.monotonic();
      this.#attempt = 0;
      live = this.#live;
      for (const event of parser.push(bytes)) live = this.#apply(live, event);
      if (live !== this.#live) this.o.onChange(this.#live = live);
      if (hasEnded(live)) return;
    }
  }

  #apply(live: LiveTurn, event: StreamEvent): LiveTurn {
    const next = applyEvent(live, event);
    if (next.turn) this.#eventsUrl ??= `/api/chat/turns/${next.turn.turnId}/events`;
    return next;
  }

  /** Cuts a connection that has been silent for too long. */
  #watch(connection: AbortController): () => void {
    this.#lastByte = this.o.clock.monotonic();
    let stop = () => {};
    const look = () => {
      const silent = this.o.clock.monotonic() - this.#lastByte;
      if (silent >= STALL_MS) connection.abort();
      else stop = this.o.clock.after(STALL_MS - silent, look);
    };
    stop = this.o.clock.after(STALL_MS, look);
    return () => stop();
  }

  /** Waits before the next attempt, or until {@link kick} when there have been enough. */
  #pause(): Promise<void> {
    const wait = BACKOFF_MS[this.#attempt++];
    this.#say(wait === undefined ? "lost" : "waiting");
    return new Promise((resolve) => {
      const stop = wait === undefined ? () => {} : this.o.clock.after(wait, () => this.#wake?.());
      this.#wake = () => {
        stop();
        this.#wake = null;
        resolve();
      };
    });
  }

  #say(link: Link): void {
    this.o.onLink?.(link);
  }

  #end(end: FollowEnd): FollowEnd {
    this.#say("closed");
    return end;
  }
}

async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  // A reader and not `for await`: Safari has no async iteration of streams.
  const reader = body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function isStream(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

/** The problem body of an answer, or one made from its status when it has none. */
export async function readProblem(response: Response): Promise<ProblemBody> {
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "code" in body) return body as ProblemBody;
  } catch {
    // Not JSON: a proxy answered. The status is all there is to go by.
  }
  const code = response.status === 401 ? "token_missing" : "internal";
  const correlationId = response.headers.get("x-correlation-id") ?? undefined;
  return {
    type: `/problems/${code}`,
    title: "",
    status: response.status,
    detail: "",
    code,
    correlationId,
  };
}
