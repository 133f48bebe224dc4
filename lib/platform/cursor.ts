import { base64url, fromBase64url, type PurposeKey } from "./crypto.ts";
import { validationFailed } from "./problem.ts";

/** Bytes of the signature that a cursor carries. */
const MAC_BYTES = 12;

/**
 * An opaque position in a list, signed and bound to whom and what it was made for, so that it
 * cannot be made up or used elsewhere.
 */
export async function signCursor(
  key: PurposeKey,
  scope: string,
  position: string[],
): Promise<string> {
  const payload = JSON.stringify(position);
  const mac = await key.mac(`${scope}\n${payload}`);
  return base64url(
    new Uint8Array([...mac.subarray(0, MAC_BYTES), ...new TextEncoder().encode(payload)]),
  );
}

/** The position of a cursor. @throws Problem 400 `validation_failed` when it is not one of ours */
export async function readCursor(
  key: PurposeKey,
  scope: string,
  cursor: string,
): Promise<string[]> {
  const bytes = fromBase64url(cursor);
  if (bytes && bytes.length > MAC_BYTES) {
    const payload = new TextDecoder().decode(bytes.subarray(MAC_BYTES));
    const mac = (await key.mac(`${scope}\n${payload}`)).subarray(0, MAC_BYTES);
    const given = bytes.subarray(0, MAC_BYTES);
    const differing = mac.reduce((sum, byte, i) => sum | (byte ^ given[i]!), 0);
    if (differing === 0) return JSON.parse(payload) as string[];
  }
  throw validationFailed([{
    path: "cursor",
    code: "cursor",
    message: "The cursor is not one of this list; start again without it",
  }]);
}
