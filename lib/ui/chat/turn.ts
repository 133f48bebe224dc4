import type {
  DeltaEvent,
  DoneEvent,
  ErrorEvent,
  PolicyEvent,
  RecallEvent,
  TurnEvent,
  UsageEvent,
} from "../contract.ts";
import { takeCodePoints } from "./code_points.ts";
import type { StreamEvent } from "./sse.ts";

/** A turn as the page has heard of it so far. */
export interface LiveTurn {
  /** Ids and model, from the first event on. */
  turn: TurnEvent | null;
  /** Number of the last event applied. */
  seq: number;
  text: string;
  recall: RecallEvent | null;
  policies: PolicyEvent[];
  usage: UsageEvent | null;
  done: DoneEvent | null;
  error: ErrorEvent | null;
  /** Place in the model's queue, while waiting. */
  queue: number | null;
}

/** A turn nothing has been heard of. `text` is what a *continue* appends to. */
export function newTurn(text = ""): LiveTurn {
  return {
    turn: null,
    seq: 0,
    text,
    recall: null,
    policies: [],
    usage: null,
    done: null,
    error: null,
    queue: null,
  };
}

/** Whether nothing more will come. */
export function hasEnded(live: LiveTurn): boolean {
  return live.done !== null || live.error !== null;
}

/** Number of an event out of its id `<turnId>:<seq>`; 0 when there is none. */
export function eventSeq(id: string): number {
  const seq = Number(id.slice(id.lastIndexOf(":") + 1));
  return id !== "" && Number.isInteger(seq) && seq > 0 ? seq : 0;
}

/**
 * The turn after one more event (CON-30, CON-31). What was seen already is left out, so a replay
 * that overlaps does no harm; a delta that rewrites from the start is always taken, because a
 * server that lost its log answers with the stored text that way (CHT-44).
 */
export function applyEvent(live: LiveTurn, event: StreamEvent): LiveTurn {
  const seq = eventSeq(event.id);
  const data = parse(event.data);
  if (data === null || hasEnded(live)) return live;
  const fromStart = event.event === "delta" && data["replaceFrom"] === 0;
  if (seq !== 0 && seq <= live.seq && !fromStart) return live;
  const next = { ...live, seq: seq === 0 ? live.seq : seq };
  switch (event.event) {
    case "turn":
      return { ...next, turn: data as unknown as TurnEvent };
    case "recall":
      return { ...next, recall: data as unknown as RecallEvent };
    case "policy":
      return { ...next, policies: [...live.policies, data as unknown as PolicyEvent] };
    case "delta":
      return { ...next, queue: null, text: addDelta(live.text, data as unknown as DeltaEvent) };
    case "usage":
      return { ...next, usage: data as unknown as UsageEvent };
    case "done":
      return { ...next, done: data as unknown as DoneEvent };
    case "error":
      return { ...next, error: data as unknown as ErrorEvent };
    default: // clients ignore what they do not know (CON-30)
      return next;
  }
}

/** The turn after a comment line; only the place in the queue means something. */
export function applyComment(live: LiveTurn, comment: string): LiveTurn {
  const place = /^queue (\d+)$/.exec(comment)?.[1];
  return place === undefined ? live : { ...live, queue: Number(place) || null };
}

function addDelta(text: string, delta: DeltaEvent): string {
  if (typeof delta.text !== "string") return text;
  if (typeof delta.replaceFrom !== "number") return text + delta.text;
  return takeCodePoints(text, delta.replaceFrom) + delta.text;
}

/** Data is JSON and nothing else (CHT-42); what does not parse is dropped. */
function parse(data: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}

/** What the line above a growing answer says. */
export type Stage = "sending" | "recalling" | "waiting" | "writing" | "ended";

/** The stage of a turn, by what has been heard of it (CHT-53). */
export function stageOf(live: LiveTurn): Stage {
  if (hasEnded(live)) return "ended";
  if (live.turn === null) return "sending";
  if (live.text !== "") return "writing";
  return live.recall === null ? "recalling" : "waiting";
}
