import { HostError } from "./errors.ts";

/** Largest line of a stream, in bytes (CHT-86). */
export const MAX_CHUNK_BYTES = 64 * 1024;
/** Largest answer, in bytes of its text (CHT-86). */
export const MAX_ANSWER_BYTES = 256 * 1024;

const NEWLINE = 0x0a;

/**
 * Turns a host's stream into one well-formed JSON object per line. The host is not trusted: a line
 * may be split anywhere, end in CRLF, be too long or no JSON at all, and the last one may be
 * missing. Whatever is wrong ends the stream with a {@link HostError}; what follows the chunk with
 * `done` is dropped. Each object leaves as one chunk of bytes.
 */
export function normaliseStream(
  maxChunkBytes = MAX_CHUNK_BYTES,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const lines = lineSplitter(maxChunkBytes);
  const encoder = new TextEncoder();
  let done = false;
  return new TransformStream({
    transform(chunk, controller) {
      for (const line of lines.push(chunk)) {
        if (done) return;
        const entry = parseLine(line);
        if (entry === null) continue;
        controller.enqueue(encoder.encode(JSON.stringify(entry) + "\n"));
        done = entry.done === true;
      }
      if (done) controller.terminate();
    },
    flush(controller) {
      if (done) return;
      const rest = lines.rest();
      const entry = rest === null ? null : parseLast(rest);
      if (entry?.done !== true) {
        throw new HostError("cut", "The stream of the model host ended without its last chunk");
      }
      controller.enqueue(encoder.encode(JSON.stringify(entry) + "\n"));
    },
  });
}

/** Splits bytes at line feeds, so that a character cut by a chunk border is whole again. */
function lineSplitter(maxBytes: number) {
  let parts: Uint8Array[] = [];
  let size = 0;
  const decoder = new TextDecoder();

  function keep(bytes: Uint8Array) {
    size += bytes.length;
    if (size > maxBytes) {
      throw new HostError("too_large", `A chunk of the model host is over ${maxBytes} bytes`);
    }
    if (bytes.length > 0) parts.push(bytes);
  }

  function take(): string {
    const text = parts.length === 1 ? decoder.decode(parts[0]) : decoder.decode(join(parts, size));
    parts = [];
    size = 0;
    return text;
  }

  return {
    *push(bytes: Uint8Array): Generator<string> {
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        keep(bytes.subarray(start, end));
        start = end + 1;
        yield take();
      }
      keep(bytes.subarray(start));
    },
    rest: () => (size === 0 ? null : take()),
  };
}

function join(parts: Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One entry of the stream, null for an empty line. Members we do not use are left out. */
function parseLine(line: string): Record<string, unknown> | null {
  if (line.trim() === "") return null;
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    throw new HostError("garbage", "The model host sent a line that is no JSON");
  }
  if (entry === null || typeof entry !== "object" || Array.isArray(entry)) {
    throw new HostError("garbage", "The model host sent a line that is no JSON object");
  }
  const fields = entry as Record<string, unknown>;
  if ("error" in fields) {
    throw new HostError("host_error", `The model host reported an error: ${short(fields.error)}`);
  }
  return chatEntry(fields);
}

/** The last line may lack its line feed; if it is not even JSON, it was cut, not garbled. */
function parseLast(line: string): Record<string, unknown> | null {
  try {
    return parseLine(line);
  } catch (error) {
    if (error instanceof HostError && error.fault === "garbage") return null;
    throw error;
  }
}

function chatEntry(fields: Record<string, unknown>): Record<string, unknown> {
  const message = fields.message as Record<string, unknown> | undefined | null;
  const content = message?.content ?? "";
  const known = typeof fields.done === "boolean" || typeof message === "object";
  if (!known || typeof content !== "string") {
    throw new HostError("garbage", "The model host sent a chunk without a message");
  }
  return {
    message: { role: "assistant", content },
    done: fields.done === true,
    done_reason: fields.done_reason,
    prompt_eval_count: fields.prompt_eval_count,
    eval_count: fields.eval_count,
  };
}

function short(value: unknown): string {
  return (typeof value === "string" ? value : "no text").slice(0, 200);
}

/** Passes bytes on and fails with `too_large` once there were more than `max`. */
export function capBytes(
  max: number,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.length;
      if (size > max) {
        throw new HostError("too_large", `An answer of the model host is over ${max} bytes`);
      }
      controller.enqueue(chunk);
    },
  });
}

/** Cleans the text of one answer, chunk by chunk. */
export interface TextCleaner {
  push(text: string): string;
  /** What was still held back. */
  end(): string;
}

// C0 and C1 controls without tab and line feed; carriage returns are handled apart.
// deno-lint-ignore no-control-regex -- control characters are what this pattern is about
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Drops control characters except tab and line feed, and makes lone surrogates impossible: the
 * first half of a pair is held back until the next chunk brings the second (CHT-86).
 */
export function textCleaner(): TextCleaner {
  let held = "";
  return {
    push(text) {
      const whole = held + text;
      held = /[\ud800-\udbff]$/.test(whole) ? whole.slice(-1) : "";
      const ready = held ? whole.slice(0, -1) : whole;
      return ready.replace(CONTROLS, "").toWellFormed();
    },
    end() {
      const rest = held.toWellFormed();
      held = "";
      return rest;
    },
  };
}
