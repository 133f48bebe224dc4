/**
 * Framing of the PostgreSQL wire protocol (version 3), as much as is needed to hand whole
 * messages to an embedded server. See "Frontend/Backend Protocol" in the PostgreSQL manual.
 */

const SSL_REQUEST = 80877103;
const CANCEL_REQUEST = 80877102;
const GSS_REQUEST = 80877104;
const TERMINATE = 0x58; // 'X'
const READY_FOR_QUERY = 0x5a; // 'Z'

/** State of a backend session after a message: `I` idle, `T` in a transaction, `E` in a failed one. */
export type SessionState = "I" | "T" | "E";

/** One event found in the client's bytes. */
export type ClientEvent =
  | { kind: "message"; bytes: Uint8Array }
  /** The client asks for encryption, which an in-process connection does not need. */
  | { kind: "refuse-encryption" }
  | { kind: "terminate" };

/** Cuts a client's byte stream into whole protocol messages. */
export class ClientFramer {
  #rest = new Uint8Array(0);
  #started = false;

  /** Adds bytes and returns the events they complete. */
  push(bytes: Uint8Array): ClientEvent[] {
    this.#rest = this.#rest.length === 0 ? bytes.slice() : concat(this.#rest, bytes);
    const events: ClientEvent[] = [];
    while (true) {
      const event = this.#started ? this.#nextMessage() : this.#nextStartup();
      if (!event) return events;
      events.push(event);
    }
  }

  #nextStartup(): ClientEvent | null {
    if (this.#rest.length < 8) return null;
    const view = new DataView(this.#rest.buffer, this.#rest.byteOffset);
    const length = view.getInt32(0);
    if (this.#rest.length < length) return null;
    const code = view.getInt32(4);
    const bytes = this.#take(length);
    if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: "refuse-encryption" };
    if (code === CANCEL_REQUEST) return { kind: "terminate" };
    this.#started = true;
    return { kind: "message", bytes };
  }

  #nextMessage(): ClientEvent | null {
    if (this.#rest.length < 5) return null;
    const view = new DataView(this.#rest.buffer, this.#rest.byteOffset);
    const length = 1 + view.getInt32(1);
    if (this.#rest.length < length) return null;
    const bytes = this.#take(length);
    return bytes[0] === TERMINATE ? { kind: "terminate" } : { kind: "message", bytes };
  }

  #take(length: number): Uint8Array {
    const head = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return head;
  }
}

/**
 * Follows a server's output and knows whether it has become ready. The server hands its output
 * over in pieces that end anywhere, in the middle of a message too.
 */
export class ServerFollower {
  #header = new DataView(new ArrayBuffer(5));
  #headerBytes = 0;
  #bodyLeft = 0;
  #state: SessionState | null = null;

  /**
   * The session state that the last message reported, or null when that was another message or
   * nothing has come since the last call.
   */
  take(): SessionState | null {
    const state = this.#state;
    this.#state = null;
    return state;
  }

  /** Adds a piece of the output. */
  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#headerBytes < 5) {
        this.#header.setUint8(this.#headerBytes++, piece[at++]!);
        this.#state = null;
        if (this.#headerBytes === 5) this.#bodyLeft = this.#header.getInt32(1) - 4;
      } else {
        const taken = Math.min(this.#bodyLeft, piece.length - at);
        this.#bodyLeft -= taken;
        at += taken;
      }
      if (this.#headerBytes < 5 || this.#bodyLeft > 0) continue;
      this.#headerBytes = 0;
      if (this.#header.getUint8(0) === READY_FOR_QUERY) {
        this.#state = String.fromCharCode(piece[at - 1]!) as SessionState;
      }
    }
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
