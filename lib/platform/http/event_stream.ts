import { type Clock, sleep } from "../clock.ts";

const KEEP_ALIVE_MS = 15_000;
/** How long a browser waits before it connects again, in milliseconds. */
const RETRY_MS = 3_000;

/** One event of a stream, with the id a client resumes after. */
export interface StreamEvent {
  id?: string;
  event: string;
  data: unknown;
}

/** One frame. JSON has no line breaks, so one `data` line holds it. */
export function encodeEvent({ id, event, data }: StreamEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${
    JSON.stringify(data)
  }\n\n`;
}

/**
 * Events as a `text/event-stream` without end, with a sign of life every fifteen seconds so that
 * proxies do not close it.
 *
 * @param follow starts the events; its signal fires when the reader leaves. What it throws while it
 *   runs ends the stream and is given to `failed`.
 */
export function eventStream(
  follow: (signal: AbortSignal) => AsyncIterable<StreamEvent>,
  options: { clock: Clock; headers?: HeadersInit; failed: (error: unknown) => void },
): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  const source = follow(gone.signal);
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (text: string) => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(text));
      };
      send(`retry: ${RETRY_MS}\n\n`);
      void (async () => {
        while (!gone.signal.aborted) {
          await sleep(options.clock, KEEP_ALIVE_MS, gone.signal)
            .then(() => send(": keep-alive\n\n"), () => {});
        }
      })();
      try {
        for await (const event of source) send(encodeEvent(event));
      } catch (error) {
        options.failed(error);
      } finally {
        const open = !gone.signal.aborted;
        gone.abort();
        if (open) controller.close();
      }
    },
    cancel: () => gone.abort(),
  });
  const headers = new Headers(options.headers);
  headers.set("content-type", "text/event-stream; charset=utf-8");
  headers.set("cache-control", "no-store, no-transform");
  headers.set("x-accel-buffering", "no");
  return new Response(body, { headers });
}
