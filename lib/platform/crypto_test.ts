import { expect } from "expect";
import { base64url, fromBase64url, purposeKey, sha256, sha256Hex } from "./crypto.ts";

Deno.test("SHA-256 gives the digest of FIPS 180-4", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(sha256Hex("abc")).toBe(abc);
  expect(sha256(new TextEncoder().encode("abc")).toHex()).toBe(abc);
});

Deno.test("base64url is unpadded and safe in addresses", () => {
  const bytes = new Uint8Array([251, 255, 254, 0, 1]);
  expect(base64url(bytes)).toBe("-__-AAE");
  expect(fromBase64url("-__-AAE")).toEqual(bytes);
  expect(fromBase64url("")).toEqual(new Uint8Array(0));
  for (const text of ["+/+/", "a", "a b%", "AB", "AA==", " AA", "A A"]) {
    expect(fromBase64url(text)).toBeNull();
  }
});

Deno.test("a purpose has its own key, and so has a secret", async () => {
  const one = purposeKey("secret", "cursor");
  const mac = await one.mac("data");
  expect(mac).toHaveLength(32);
  expect(await purposeKey("secret", "cursor").mac("data")).toEqual(mac);
  expect(await purposeKey("secret", "cookie").mac("data")).not.toEqual(mac);
  expect(await purposeKey("other", "cursor").mac("data")).not.toEqual(mac);
  expect(await one.verify("data", mac)).toBe(true);
  expect(await one.verify("datа", mac)).toBe(false); // a Cyrillic а
  expect(await one.verify("data", mac.slice(0, 31))).toBe(false);
});
