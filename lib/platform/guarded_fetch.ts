import { correlationId } from "./log.ts";

/** A call that the guard did not let out; the message names the host, never the whole address. */
export class BlockedRequestError extends Error {
  override readonly name = "BlockedRequestError";
}

/** What one guarded `fetch` may reach. */
export interface GuardOptions {
  /** Origins (`http://host:port`) that were configured by the operator; nothing else is called. */
  origins: readonly string[];
  fetch?: typeof globalThis.fetch;
}

/**
 * A `fetch` for calls to services the operator configured. It reaches their origins alone, never
 * follows a redirect, sends no cookies, and hands on the correlation id.
 */
export function guardedFetch(options: GuardOptions): typeof globalThis.fetch {
  const allowed = new Set(options.origins.map((origin) => new URL(origin).origin));
  const inner = options.fetch ?? globalThis.fetch;
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (!allowed.has(url.origin)) {
      throw new BlockedRequestError(`Calls to ${JSON.stringify(url.host)} are not allowed`);
    }
    const headers = new Headers(request.headers);
    const correlation = correlationId();
    if (correlation) headers.set("x-correlation-id", correlation);
    const response = await inner(
      new Request(request, { headers, redirect: "manual", credentials: "omit" }),
    );
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new BlockedRequestError(
        `${JSON.stringify(url.host)} answered with a redirect, which is not followed`,
      );
    }
    return response;
  };
}
