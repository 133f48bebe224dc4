import { expect } from "expect";
import { ARGON2, createPasswordHasher, needsRehash, type PasswordHasher } from "./password.ts";

const ENGINES = ["native", "wasm"] as const;

async function withHashers(
  work: (hashers: Record<(typeof ENGINES)[number], PasswordHasher>) => Promise<void>,
): Promise<void> {
  const native = await createPasswordHasher({ engine: "native" });
  const wasm = await createPasswordHasher({ engine: "wasm" });
  try {
    await work({ native, wasm });
  } finally {
    native.close();
    wasm.close();
  }
}

Deno.test("[ACC-11] both engines write argon2id with the wanted parameters and a salt of 16 bytes", () =>
  withHashers(async (hashers) => {
    for (const engine of ENGINES) {
      const encoded = await hashers[engine].hash("Correct-horse-7");
      const [, kind, version, params, salt, hash] = encoded.split("$");
      expect({ kind, version, params }).toEqual({
        kind: "argon2id",
        version: "v=19",
        params: `m=${ARGON2.memoryCost},t=${ARGON2.timeCost},p=${ARGON2.parallelism}`,
      });
      expect(Uint8Array.fromBase64(salt!, { lastChunkHandling: "loose" })).toHaveLength(16);
      expect(Uint8Array.fromBase64(hash!, { lastChunkHandling: "loose" })).toHaveLength(32);
      expect(await hashers[engine].hash("Correct-horse-7")).not.toBe(encoded);
    }
    expect(ARGON2).toEqual({ memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  }));

Deno.test("[ACC-11] each engine verifies what the other wrote", () =>
  withHashers(async ({ native, wasm }) => {
    const password = "Pässwörd 🔑 7";
    const [byNative, byWasm] = await Promise.all([native.hash(password), wasm.hash(password)]);
    expect(await wasm.verify(password, byNative)).toBe(true);
    expect(await native.verify(password, byWasm)).toBe(true);
    expect(await wasm.verify(password + " ", byNative)).toBe(false);
    expect(await native.verify(password.toLowerCase(), byWasm)).toBe(false);
  }));

Deno.test("[ACC-14] an empty password and an empty or foreign hash never verify", () =>
  withHashers(async (hashers) => {
    for (const engine of ENGINES) {
      const { hash, verify } = hashers[engine];
      expect(await verify("", await hash(" "))).toBe(false);
      for (const encoded of ["", "x", "x".repeat(60), "$2b$12$abcdefghijklmnopqrstuv", "x "]) {
        expect({ encoded, ok: await verify("x", encoded) }).toEqual({ encoded, ok: false });
      }
    }
  }));

Deno.test("[ACC-14] the decoy spends a check and says nothing", () =>
  withHashers(async ({ native }) => {
    expect(await native.dummy("guess")).toBeUndefined();
    expect(await native.dummy("")).toBeUndefined();
  }));

Deno.test("[ACC-11] timers go on while ten passwords are hashed", () =>
  withHashers(async (hashers) => {
    for (const engine of ENGINES) {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      const encoded = await Promise.all(
        Array.from({ length: 10 }, () => hashers[engine].hash("Correct-horse-7")),
      );
      clearInterval(timer);
      expect(new Set(encoded).size).toBe(10);
      // Hashing on this thread would let a timer fire at most once after each of them.
      expect({ engine, ticking: ticks > 15 }).toEqual({ engine, ticking: true });
    }
  }));

Deno.test("[ACC-11] weaker or other parameters ask for a new hash", () => {
  const encoded = (params: string) => `$argon2id$v=19$${params}$c2FsdA$aGFzaA`;
  expect(needsRehash(encoded("m=19456,t=2,p=1"))).toBe(false);
  expect(needsRehash(encoded("m=65536,t=3,p=4"))).toBe(false);
  expect(needsRehash(encoded("m=19455,t=2,p=1"))).toBe(true);
  expect(needsRehash(encoded("m=19456,t=1,p=1"))).toBe(true);
  expect(needsRehash("$argon2i$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA")).toBe(true);
  expect(needsRehash("")).toBe(true);
});

Deno.test("[ACC-11] two are hashed at once, 128 wait, and the others are told to come again", async () => {
  const hasher = await createPasswordHasher();
  const results = await Promise.allSettled(
    Array.from({ length: 140 }, (_, i) => hasher.hash(`password ${i}`)),
  );
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused).toHaveLength(10);
  expect(refused[0]!.reason).toMatchObject({
    code: "overloaded",
    status: 503,
    extra: { retryAfterSeconds: 3 },
  });
  expect(await hasher.hash("afterwards")).toMatch(/^\$argon2id\$/);
  hasher.close();
});
