import { ClientFramer, ServerFollower } from "./wire.ts";

/** The one backend session of an embedded server, as far as sessions need it. */
export interface Backend {
  /** Executes one protocol message; `onOutput` receives the server's answer in pieces. */
  exec(message: Uint8Array, onOutput: (bytes: Uint8Array) => void): Promise<void>;
  /** Ends an open transaction without keeping its changes. */
  rollback(): Promise<void>;
}

/**
 * Lets many client connections share the one session of an embedded server.
 *
 * A connection holds the session from its first message until the server reports that it is idle
 * again, so that the statements of two transactions never mix. A connection that ends inside a
 * transaction is rolled back before the next one gets the session.
 */
export class EmbeddedSessions {
  #waiting: (() => void)[] = [];
  #held = false;

  constructor(readonly backend: Backend) {}

  /** Opens a connection; `send` receives the bytes for its client. */
  connect(send: (bytes: Uint8Array) => void): EmbeddedConnection {
    return new EmbeddedConnection(this, send);
  }

  acquire(): Promise<void> {
    if (!this.#held) {
      this.#held = true;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held = false;
  }
}

/** One client's side of an {@link EmbeddedSessions}. */
export class EmbeddedConnection {
  #framer = new ClientFramer();
  #follower = new ServerFollower();
  #tail: Promise<void> = Promise.resolve();
  #holding = false;
  #ended = false;

  constructor(readonly sessions: EmbeddedSessions, readonly send: (bytes: Uint8Array) => void) {}

  /** Takes bytes from the client; resolves to false once the connection has ended. */
  receive(bytes: Uint8Array): Promise<boolean> {
    const events = this.#framer.push(bytes);
    const work = this.#tail.then(async () => {
      for (const event of events) {
        if (this.#ended) break;
        if (event.kind === "refuse-encryption") this.send(new Uint8Array([0x4e])); // 'N'
        else if (event.kind === "terminate") await this.#finish();
        else await this.#execute(event.bytes);
      }
    });
    this.#tail = work.catch(() => {});
    return work.then(() => !this.#ended);
  }

  /** Ends the connection after what it has sent so far. */
  end(): Promise<void> {
    this.#tail = this.#tail.then(() => this.#finish());
    return this.#tail;
  }

  async #execute(message: Uint8Array): Promise<void> {
    if (!this.#holding) {
      await this.sessions.acquire();
      this.#holding = true;
    }
    await this.sessions.backend.exec(message, (output) => {
      this.send(output);
      this.#follower.push(output);
    });
    if (this.#follower.take() === "I") this.#letGo();
  }

  async #finish(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#holding) return;
    try {
      // Held means that the client left in the middle of something.
      await this.sessions.backend.rollback();
    } finally {
      this.#letGo();
    }
  }

  #letGo(): void {
    this.#holding = false;
    this.sessions.release();
  }
}
