import { NONCE, nonceOf } from "../nonce.ts";

/**
 * The response with headers that can be changed. Some responses (of `fetch`, of
 * redirects) refuse changes and have to be copied.
 */
export function mutable(response: Response): Response {
  try {
    response.headers.set("x-mutable", "1");
    response.headers.delete("x-mutable");
    return response;
  } catch {
    const copy = new Response(response.body, response);
    const nonce = nonceOf(response);
    if (nonce !== undefined) {
      Object.defineProperty(copy, NONCE, { value: nonce });
    }
    return copy;
  }
}

/** Adds a name to `Vary` unless it is there. */
export function addVary(headers: Headers, name: string): void {
  const vary = headers.get("vary");
  const names = vary?.split(",").map((part) => part.trim().toLowerCase()) ?? [];
  if (names.includes("*") || names.includes(name.toLowerCase())) return;
  headers.set("vary", vary ? `${vary}, ${name}` : name);
}
