import type { FeedState, Notice } from "../contract.ts";

/** Something that happened while a page is open. */
export type LiveEvent =
  | { kind: "notice"; notice: Notice }
  | { kind: "state"; state: FeedState };

/** What following needs of the browser. */
export interface LivePorts {
  /** Opens the stream; the returned function closes it. */
  open(hear: (event: LiveEvent) => void): () => void;
  /** Reaches the other pages of this browser; null where it cannot. */
  channel: { post(event: LiveEvent): void; close(): void } | null;
  /** Hears the other pages. */
  onMessage(hear: (event: LiveEvent) => void): void;
  /** Runs `work` once no other page of this browser does, until the signal fires. */
  alone(work: () => Promise<void>, signal: AbortSignal): void;
}

/**
 * Follows what is told while pages are open. One page of a browser holds the connection and tells
 * the others; when it is closed the next one takes over (API-70).
 *
 * @returns how to stop
 */
export function followLive(ports: LivePorts, hear: (event: LiveEvent) => void): () => void {
  const control = new AbortController();
  ports.onMessage(hear);
  ports.alone(() => {
    if (control.signal.aborted) return Promise.resolve();
    const close = ports.open((event) => {
      hear(event);
      ports.channel?.post(event);
    });
    return new Promise<void>((resolve) => {
      control.signal.addEventListener("abort", () => {
        close();
        resolve();
      });
    });
  }, control.signal);
  return () => {
    control.abort();
    ports.channel?.close();
  };
}

const NAME = "nova-notices";

/** The browser's own means. Without locks or channels each page has a connection of its own. */
export function browserLive(): LivePorts {
  const shared = typeof BroadcastChannel === "function" && navigator.locks !== undefined;
  const channel = shared ? new BroadcastChannel(NAME) : null;
  return {
    open(hear) {
      const source = new EventSource("/api/notifications/stream");
      source.addEventListener("notice", (event) => {
        hear({ kind: "notice", notice: JSON.parse(event.data) as Notice });
      });
      source.addEventListener("state", (event) => {
        hear({ kind: "state", state: JSON.parse(event.data) as FeedState });
      });
      return () => source.close();
    },
    channel: channel && {
      post: (event) => channel.postMessage(event),
      close: () => channel.close(),
    },
    onMessage(hear) {
      channel?.addEventListener("message", (event) => hear(event.data as LiveEvent));
    },
    alone(work, signal) {
      if (!channel) return void work();
      // Given up while waiting: nothing was begun.
      navigator.locks.request(NAME, { signal }, work).catch(() => {});
    },
  };
}
