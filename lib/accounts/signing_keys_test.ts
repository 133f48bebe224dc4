import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { sealer } from "@/lib/platform/crypto.ts";
import { newKeySet } from "@/lib/platform/key_ring.ts";
import { openTestDatabase, type TestDatabase } from "@/tests/support/database.ts";
import { openKeyRing } from "./signing_keys.ts";

let test: TestDatabase;
Deno.test.beforeAll(async () => {
  test = await openTestDatabase();
});
Deno.test.afterAll(() => test.close());

const seal = sealer("0123456789abcdef0123456789abcdef", "signing-keys");
const another = sealer("another secret that is long enough", "signing-keys");

/** Connections of a server outlive a test. */
const testCase = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

testCase(
  "[ACC-32] keys outlive the process, and the configured one signs when it is new",
  async () => {
    const clock = new FakeClock();
    const open = (configured?: string) =>
      openKeyRing({
        db: test.db,
        clock,
        seal,
        use: "user",
        ...(configured ? { configured } : {}),
      });
    const first = await (await open()).signing();
    expect((await (await open()).signing()).kid).toBe(first.kid);
    const set = await newKeySet("user");
    const { kid } = (JSON.parse(set) as { keys: [{ kid: string }] }).keys[0];
    const ring = await open(set);
    expect((await ring.signing()).kid).toBe(kid);
    // What the former one signed still counts, for a day.
    expect(await ring.verifying(first.kid)).not.toBeNull();
    clock.jumpTo(new Date(clock.now().getTime() + 24 * 3600_000 + 1));
    expect(await ring.verifying(first.kid)).toBeNull();
    expect((await ring.tend()).removed).toBe(1);
  },
);

testCase("[ACC-32] names of other forms are never looked up, and unknown ones seldom", async () => {
  const clock = new FakeClock();
  let asked = 0;
  const db = {
    ...test.db,
    asSystem: <T>(purpose: string, work: Parameters<typeof test.db.asSystem<T>>[1]) => {
      asked++;
      return test.db.asSystem(purpose, work);
    },
  };
  const ring = await openKeyRing({ db, clock, seal, use: "service" });
  asked = 0;
  for (const kid of ["", "user-abc", "svc-../x", "svc-' or 1=1", `svc-${"a".repeat(9_000)}`, 7]) {
    expect(await ring.verifying(kid)).toBeNull();
  }
  for (let i = 0; i < 20; i++) expect(await ring.verifying(`svc-unknown${i}`)).toBeNull();
  expect(asked).toBe(0);
  clock.jumpTo(new Date(clock.now().getTime() + 3_000));
  for (let i = 0; i < 20; i++) await ring.verifying(`svc-unknown${i}`);
  expect(asked).toBe(1);
});

testCase("[ACC-32] a rotation in one process is known in another within a minute", async () => {
  const clock = new FakeClock("2030-01-01T00:00:00.000Z");
  const open = () => openKeyRing({ db: test.db, clock, seal, use: "service" });
  const [one, two] = [await open(), await open()];
  const { kid, former } = await one.rotate();
  expect(former).not.toBeNull();
  // The key was published as the next one, so the other process verifies with it at once.
  expect(await two.verifying(kid)).not.toBeNull();
  expect((await two.signing()).kid).toBe(former);
  clock.jumpTo(new Date(clock.now().getTime() + 60_000));
  await two.reload();
  expect((await two.signing()).kid).toBe(kid);
});

testCase(
  "another app secret retires the keys it cannot open instead of stopping the start",
  async () => {
    const clock = new FakeClock("2031-01-01T00:00:00.000Z");
    const before = await openKeyRing({ db: test.db, clock, seal, use: "user" });
    const former = (await before.signing()).kid;
    const after = await openKeyRing({ db: test.db, clock, seal: another, use: "user" });
    const { kid } = await after.signing();
    expect(kid).not.toBe(former);
    expect(await after.verifying(former)).not.toBeNull();
  },
);
