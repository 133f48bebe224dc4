/** One event of a stream. */
export interface StreamEvent {
  /** Value of the last `id:` line of this event; empty when it had none. */
  id: string;
  event: string;
  data: string;
}

/** Reads an event stream piece by piece. */
export interface SseParser {
  /** Takes the next bytes and returns the events they completed. */
  push(bytes: Uint8Array): StreamEvent[];
}

/**
 * A parser of `text/event-stream` (HTML Living Standard, section 9.2.6) that may be fed anywhere:
 * between the bytes of a character, between CR and LF, inside a field. An event without the blank
 * line that ends it is never returned, so a cut stream yields no half event.
 *
 * @param onComment called with each comment line, for example `keep-alive` or `queue 3`.
 */
export function createSseParser(onComment?: (text: string) => void): SseParser {
  const decoder = new TextDecoder(); // drops a byte order mark at the start by itself
  let rest = "";
  let event = blank();

  function field(line: string): StreamEvent | null {
    if (line === "") {
      const done = event;
      event = blank();
      return done.data === null ? null : { ...done, data: done.data };
    }
    if (line.startsWith(":")) {
      onComment?.(line.slice(1).trim());
      return null;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "id" && !value.includes("\0")) event.id = value;
    else if (name === "event") event.event = value;
    else if (name === "data") event.data = event.data === null ? value : `${event.data}\n${value}`;
    return null;
  }

  return {
    push(bytes) {
      rest += decoder.decode(bytes, { stream: true });
      const events: StreamEvent[] = [];
      for (let end = lineEnd(rest); end; end = lineEnd(rest)) {
        const done = field(rest.slice(0, end.at));
        rest = rest.slice(end.at + end.length);
        if (done) events.push(done);
      }
      return events;
    },
  };
}

function blank(): { id: string; event: string; data: string | null } {
  return { id: "", event: "message", data: null };
}

/** The first line end, or null when the line may go on. A CR at the very end waits for its LF. */
function lineEnd(text: string): { at: number; length: number } | null {
  const at = text.search(/[\r\n]/);
  if (at < 0) return null;
  if (text[at] === "\n") return { at, length: 1 };
  if (at + 1 === text.length) return null;
  return { at, length: text[at + 1] === "\n" ? 2 : 1 };
}
