import { Problem } from "./problem.ts";

/** Hashes and checks passwords. At most a few run at once; the rest wait their turn. */
export interface PasswordHasher {
  /** The encoded argon2id string of a password. */
  hash(password: string): Promise<string>;
  /** Whether `password` made `encoded`. An empty password or hash never does. */
  verify(password: string, encoded: string): Promise<boolean>;
  /** Spends the time of one check, for accounts that do not exist. */
  dummy(password: string): Promise<void>;
  /** Ends the worker, if one was needed. */
  close(): void;
}

/** m = 19,456 KiB, t = 2, p = 1: the least that OWASP names for argon2id. */
export const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hashing at most this many at once keeps a burst of logins from taking all memory. */
const CONCURRENCY = 2;
/** More than this many do not wait: at 25 ms each the last one would wait seconds. */
const MAX_WAITING = 128;

interface Engine {
  hash(password: string): Promise<string>;
  verify(password: string, encoded: string): Promise<boolean>;
  close(): void;
}

/** Whether `encoded` was made with weaker parameters than today's. */
export function needsRehash(encoded: string): boolean {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(encoded);
  if (!match) return true;
  return Number(match[1]) < ARGON2.memoryCost || Number(match[2]) < ARGON2.timeCost;
}

/**
 * The native engine where foreign functions may be called, else WebAssembly in a Worker: both
 * write the same strings, and neither blocks the event loop.
 */
export async function createPasswordHasher(
  options: { engine?: "native" | "wasm" } = {},
): Promise<PasswordHasher> {
  const engine = await openEngine(options.engine);
  let free = CONCURRENCY;
  const waiting: (() => void)[] = [];

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (free > 0) free--;
    else if (waiting.length >= MAX_WAITING) throw overloaded();
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  }

  let decoy: Promise<string> | null = null;
  const hash = (password: string) => bounded(() => engine.hash(password));
  const verify = async (password: string, encoded: string) =>
    password !== "" && encoded.startsWith("$argon2id$") &&
    await bounded(() => engine.verify(password, encoded));
  return {
    hash,
    verify,
    async dummy(password) {
      decoy ??= hash("no account has this password");
      await verify(password || " ", await decoy);
    },
    close: () => engine.close(),
  };
}

function overloaded(): Problem {
  return new Problem(
    "overloaded",
    503,
    "Very many people sign in at this moment",
    "Nothing was changed. Try again in a few seconds",
    { retryAfterSeconds: 3 },
  );
}

async function openEngine(wanted?: "native" | "wasm"): Promise<Engine> {
  const allowed = (await Deno.permissions.query({ name: "ffi" })).state === "granted";
  if (wanted !== "wasm" && allowed) {
    try {
      const { hash, verify } = await import("@node-rs/argon2");
      return {
        hash: (password) => hash(password, ARGON2),
        verify: (password, encoded) => verify(encoded, password),
        close: () => {},
      };
    } catch (error) {
      if (wanted === "native") throw error;
    }
  }
  return workerEngine();
}

function workerEngine(): Engine {
  const worker = new Worker(new URL("./password_worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, PromiseWithResolvers<string | boolean>>();
  let next = 1;
  worker.onmessage = (
    { data }: MessageEvent<{ id: number; result?: string | boolean; error?: string }>,
  ) => {
    const promise = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error !== undefined) promise?.reject(new Error(data.error));
    else promise?.resolve(data.result!);
  };
  const call = <T extends string | boolean>(message: Record<string, string>): Promise<T> => {
    const id = next++;
    const promise = Promise.withResolvers<string | boolean>();
    waiting.set(id, promise);
    worker.postMessage({ id, ...message });
    return promise.promise as Promise<T>;
  };
  return {
    hash: (password) => call<string>({ kind: "hash", password }),
    verify: (password, encoded) => call<boolean>({ kind: "verify", password, encoded }),
    close: () => worker.terminate(),
  };
}
