import type { Clock } from "../platform/clock.ts";
import { orAborted } from "./transport.ts";

/** Where Ollama listens when nobody told it otherwise. */
const USUAL_ADDRESS = "http://127.0.0.1:11434/api/version";
const LIMIT_MS = 500;

/**
 * Looks for an Ollama on this machine, for the report at start: it is only mentioned, never used
 * unless `OLLAMA_BASE_URL` names it. Null when nothing answers within 500 ms.
 */
export async function detectLocalOllama(
  { fetch, clock }: { fetch: typeof globalThis.fetch; clock: Clock },
): Promise<{ version: string } | null> {
  const controller = new AbortController();
  const cancel = clock.after(LIMIT_MS, () => controller.abort());
  try {
    const { signal } = controller;
    const response = await orAborted(fetch(USUAL_ADDRESS, { signal, redirect: "manual" }), signal);
    const body: unknown = await orAborted(response.json(), signal);
    if (body === null || typeof body !== "object" || !("version" in body)) return null;
    return typeof body.version === "string" ? { version: body.version.slice(0, 40) } : null;
  } catch {
    return null;
  } finally {
    cancel();
    controller.abort();
  }
}
