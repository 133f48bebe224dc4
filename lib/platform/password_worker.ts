/// <reference lib="deno.worker" />
import { argon2id, argon2Verify } from "hash-wasm";
import { ARGON2 } from "./password.ts";

interface Request {
  id: number;
  kind: "hash" | "verify";
  password: string;
  encoded?: string;
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    const result = data.kind === "hash"
      ? await argon2id({
        password: data.password,
        salt: crypto.getRandomValues(new Uint8Array(16)),
        memorySize: ARGON2.memoryCost,
        iterations: ARGON2.timeCost,
        parallelism: ARGON2.parallelism,
        hashLength: 32,
        outputType: "encoded",
      })
      : await argon2Verify({ password: data.password, hash: data.encoded! });
    self.postMessage({ id: data.id, result });
  } catch (error) {
    self.postMessage({
      id: data.id,
      error: error instanceof Error ? error.message : String(error),
    });
  }
};
