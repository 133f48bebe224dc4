/// <reference lib="deno.worker" />
import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { vector } from "@electric-sql/pglite-pgvector";
import { DurableNodeFS } from "./fsync_fs.ts";
import { type EmbeddedConnection, EmbeddedSessions } from "./embedded_sessions.ts";
import type { EmbeddedOptions, FromWorker, ToWorker } from "./embedded_protocol.ts";

const post = (message: FromWorker) => self.postMessage(message);
const options: EmbeddedOptions = JSON.parse(
  decodeURIComponent(new URL(self.location.href).hash.slice(1)) || "{}",
);

/** PGlite's own start parameters but for `-F`, which turns `fsync` off, plus ours. */
const START_PARAMS = [
  ...PGlite.defaultStartParams.filter((param) => param !== "-F"),
  "-c",
  "wal_sync_method=fsync",
  "-c",
  "timezone=UTC",
  "-c",
  "jit=off",
];

async function open(): Promise<PGlite> {
  const extensions = { vector, pg_trgm };
  if (!options.folder) {
    const loadDataDir = options.template
      ? new Blob([await Deno.readFile(options.template)])
      : undefined;
    return await PGlite.create({ extensions, loadDataDir });
  }
  return await PGlite.create({
    fs: new DurableNodeFS(options.folder),
    extensions,
    startParams: START_PARAMS,
  });
}

try {
  const db = await open();
  const sessions = new EmbeddedSessions({
    exec: (message, onOutput) =>
      db.runExclusive(() =>
        db.execProtocolRawStream(message, { onRawData: (data) => onOutput(data.slice()) })
      ),
    rollback: async () => void await db.exec("rollback"),
  });
  const connections = new Map<number, EmbeddedConnection>();
  /** What the server said since the last message to the main thread, by connection. */
  const outputs = new Map<number, Uint8Array[]>();

  /** Sends what a connection has to say as one message: each costs more than its bytes. */
  const flush = (connection: number): void => {
    const pieces = outputs.get(connection);
    if (!pieces?.length) return;
    outputs.set(connection, []);
    const bytes = pieces.length === 1
      ? pieces[0]!
      : new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    if (pieces.length > 1) {
      for (const piece of pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
    }
    post({ kind: "data", connection, bytes });
  };

  self.onmessage = async ({ data: message }: MessageEvent<ToWorker>) => {
    switch (message.kind) {
      case "connect": {
        const connection = message.connection;
        outputs.set(connection, []);
        connections.set(
          connection,
          sessions.connect((bytes) => void outputs.get(connection)?.push(bytes)),
        );
        return;
      }
      case "data": {
        let open: boolean | undefined;
        try {
          open = await connections.get(message.connection)?.receive(message.bytes);
        } finally {
          flush(message.connection); // also what came before a failure
        }
        if (open === false) {
          connections.delete(message.connection);
          outputs.delete(message.connection);
          post({ kind: "ended", connection: message.connection });
        }
        return;
      }
      case "end":
        await connections.get(message.connection)?.end();
        connections.delete(message.connection);
        outputs.delete(message.connection);
        return;
      case "dump": {
        const dump = await db.dumpDataDir("none");
        post({ kind: "dumped", bytes: new Uint8Array(await dump.arrayBuffer()) });
        return;
      }
      case "close":
        await Promise.all([...connections.values()].map((connection) => connection.end()));
        await db.close();
        post({ kind: "closed" });
    }
  };
  post({ kind: "ready" });
} catch (error) {
  post({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}
