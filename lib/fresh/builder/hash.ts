/** SHA-256 as lower-case hex. */
export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One hash for many named contents, independent of their order. */
export async function hashAll(parts: Iterable<[string, string]>): Promise<string> {
  const lines = Array.from(parts, ([name, hash]) => `${name}\0${hash}\n`)
    .sort();
  return await sha256(new TextEncoder().encode(lines.join("")));
}
