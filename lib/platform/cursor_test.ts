import { expect } from "expect";
import { purposeKey } from "./crypto.ts";
import { readCursor, signCursor } from "./cursor.ts";

const key = purposeKey("a secret of at least 32 bytes, for tests", "cursor");
const POSITION = ["2026-01-01T09:00:00.000Z", "0190f5f2-7c00-7000-8000-000000000001"];

Deno.test("[API-3] a cursor gives its position back to the list it was made for", async () => {
  const cursor = await signCursor(key, "ada memory", POSITION);
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(await readCursor(key, "ada memory", cursor)).toEqual(POSITION);
  expect(await readCursor(key, "x", await signCursor(key, "x", []))).toEqual([]);
});

Deno.test("[API-3] another person's list, another filter and another installation refuse it", async () => {
  const cursor = await signCursor(key, "ada memory", POSITION);
  const foreign = purposeKey("another secret of at least 32 bytes here", "cursor");
  const other = purposeKey("a secret of at least 32 bytes, for tests", "forgotten");
  const attempts = [
    [key, "eve memory"],
    [key, "ada memory past"],
    [foreign, "ada memory"],
    [other, "ada memory"],
  ] as const;
  for (const [usedKey, scope] of attempts) {
    await expect(readCursor(usedKey, scope, cursor)).rejects.toMatchObject({
      code: "validation_failed",
      status: 400,
    });
  }
});

Deno.test("[API-3] an altered cursor is refused, whichever letter was changed", async () => {
  const cursor = await signCursor(key, "ada", ["1"]);
  for (let i = 0; i < cursor.length; i++) {
    const letter = cursor[i] === "A" ? "w" : "A";
    const altered = cursor.slice(0, i) + letter + cursor.slice(i + 1);
    await expect(readCursor(key, "ada", altered)).rejects.toMatchObject({
      code: "validation_failed",
    });
  }
  for (const text of ["", "x", "ü", "....", cursor.slice(0, 16), cursor + "AAAA"]) {
    await expect(readCursor(key, "ada", text)).rejects.toMatchObject({ status: 400 });
  }
});
