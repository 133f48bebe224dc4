/** Messages between the main thread and the worker that holds the embedded database. */
export type ToWorker =
  | { kind: "connect"; connection: number }
  | { kind: "data"; connection: number; bytes: Uint8Array }
  | { kind: "end"; connection: number }
  | { kind: "dump" }
  | { kind: "close" };

/** Answers of the worker. `ready` and `failed` come once, before anything else. */
export type FromWorker =
  | { kind: "ready" }
  | { kind: "failed"; message: string }
  | { kind: "data"; connection: number; bytes: Uint8Array }
  | { kind: "ended"; connection: number }
  | { kind: "dumped"; bytes: Uint8Array }
  | { kind: "closed" };

/** What the worker is told at its start, by its URL's query. */
export interface EmbeddedOptions {
  /** Folder of the data files; without one the database lives in memory. */
  folder?: string;
  /** File with a dump of a data folder, from which an in-memory database starts. */
  template?: string;
}
