import type { DoneEvent } from "../contract.ts";
import { countCodePoints } from "./code_points.ts";

/**
 * Whether the text built from the events is the stored one (CHT-54). Where the browser offers no
 * hash (plain HTTP to another host than localhost), the length alone decides.
 */
export async function isStoredText(
  text: string,
  done: Pick<DoneEvent, "textLength" | "textHash">,
  subtle: Pick<SubtleCrypto, "digest"> | undefined = globalThis.crypto?.subtle,
): Promise<boolean> {
  if (countCodePoints(text) !== done.textLength) return false;
  if (!subtle) return true;
  const digest = await subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
  return hex === done.textHash;
}
