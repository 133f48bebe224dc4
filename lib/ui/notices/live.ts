import type { FeedState, Notice } from "../contract.ts";

/** Something that happened while a page is open. */
export type LiveEvent =
  | { kind: "notice"; notice: Notice }
  | { kind: "state"; state: FeedState };

/** What pages of a browser tell each other: what happened, or that one has just come. */
export type LiveMessage = LiveEvent | { kind: "hello" };

/** What following needs of the browser. */
export interface LivePorts {
  /** Opens the stream; the returned function closes it. */
  open(hear: (event: LiveEvent) => void): () => void;
  /** Reaches the other pages of this browser; null where it cannot. */
  channel: { post(message: LiveMessage): void; close(): void } | null;
  /** Hears the other pages. */
  onMessage(hear: (message: LiveMessage) => void): void;
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
  /** The last state that this page heard from the server itself. */
  let state: LiveEvent | null = null;
  ports.onMessage((message) => {
    if (message.kind !== "hello") hear(message);
    else if (state) ports.channel?.post(state);
  });
  // Whoever holds the connection says how things stand to a page that came later.
  ports.channel?.post({ kind: "hello" });
  ports.alone(() => {
    if (control.signal.aborted) return Promise.resolve();
    const close = ports.open((event) => {
      if (event.kind === "state") state = event;
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
      post: (message) => channel.postMessage(message),
      close: () => channel.close(),
    },
    onMessage(hear) {
      channel?.addEventListener("message", (event) => hear(event.data as LiveMessage));
    },
    alone(work, signal) {
      if (!channel) return void work();
      // Given up while waiting: nothing was begun.
      navigator.locks.request(NAME, { signal }, work).catch(() => {});
    },
  };
}
