import { Duplex } from "node:stream";
import type { EmbeddedOptions, FromWorker, ToWorker } from "./embedded_protocol.ts";

/** An embedded PostgreSQL that runs in a Worker, so that a long query never stalls the server. */
export interface EmbeddedDatabase {
  /** A new connection that speaks the wire protocol, for the `socket` option of postgres.js. */
  connect(): Duplex;
  /** The data folder as one tar archive. */
  dump(): Promise<Uint8Array>;
  /** Ends all connections and writes everything out. */
  close(): Promise<void>;
}

/**
 * Starts the embedded database.
 *
 * @throws Error when the data folder cannot be opened; the message says why
 */
export function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const url = new URL("./embedded_worker.ts", import.meta.url);
  url.hash = JSON.stringify(options);
  const worker = new Worker(url, { type: "module", name: "embedded-database" });
  const post = (message: ToWorker) => worker.postMessage(message);
  const connections = new Map<number, Duplex>();
  let nextConnection = 1;
  const closed = Promise.withResolvers<void>();
  let dumped = Promise.withResolvers<Uint8Array>();

  const database: EmbeddedDatabase = {
    connect() {
      const connection = nextConnection++;
      const duplex = connectionStream({
        write: (bytes) => post({ kind: "data", connection, bytes }),
        end: () => {
          if (connections.delete(connection)) post({ kind: "end", connection });
        },
      });
      connections.set(connection, duplex);
      post({ kind: "connect", connection });
      return duplex;
    },
    dump() {
      dumped = Promise.withResolvers();
      post({ kind: "dump" });
      return dumped.promise;
    },
    close() {
      post({ kind: "close" });
      return closed.promise;
    },
  };

  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: message }: MessageEvent<FromWorker>) => {
      if (message.kind === "ready") resolve(database);
      else if (message.kind === "failed") {
        worker.terminate();
        reject(new Error(message.message));
      } else if (message.kind === "data") {
        connections.get(message.connection)?.push(message.bytes);
      } else if (message.kind === "ended") {
        const duplex = connections.get(message.connection);
        connections.delete(message.connection);
        duplex?.push(null);
        duplex?.destroy();
      } else if (message.kind === "dumped") {
        dumped.resolve(message.bytes);
      } else {
        worker.terminate();
        closed.resolve();
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
      for (const duplex of connections.values()) duplex.destroy(new Error(event.message));
    };
  });
}

/** A Duplex with the socket methods and the `readyState` that postgres.js looks at. */
function connectionStream(
  port: { write: (bytes: Uint8Array) => void; end: () => void },
): Duplex {
  const duplex: Duplex = new Duplex({
    allowHalfOpen: false,
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      port.write(new Uint8Array(chunk));
      done();
    },
    final(done) {
      port.end();
      duplex.push(null); // so that `close` is emitted, on which postgres.js ends its timers
      done();
    },
    destroy(error, done) {
      port.end();
      done(error);
    },
  });
  const same = () => duplex;
  for (const method of ["setKeepAlive", "setNoDelay", "ref", "unref", "setTimeout"]) {
    Object.defineProperty(duplex, method, { value: same });
  }
  Object.defineProperty(duplex, "readyState", {
    get: () => duplex.destroyed || duplex.writableEnded ? "closed" : "open",
  });
  return duplex;
}
