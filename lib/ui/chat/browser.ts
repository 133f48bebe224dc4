import { systemClock } from "../../platform/clock.ts";
import type { Reader } from "../format.ts";
import { createApi } from "./api.ts";
import { createDrafts, forgetOthers } from "./drafts.ts";
import { browserPaces, createPacer } from "./pacer.ts";
import { createPlaces } from "./place.ts";
import type { ChatData, ChatPorts } from "./store.ts";

/** The chat's surroundings in a browser. Made on the server too, where nothing of it is called. */
export function browserPorts(
  data: ChatData,
  reader: Reader,
  hooks: { current: Pick<ChatPorts, "onText" | "onEnd"> },
): ChatPorts {
  const clock = systemClock;
  const store = sessionStore();
  forgetOthers(store, data.userId);
  const get: typeof fetch = (input, init) => fetch(input, init);
  return {
    api: createApi({ fetch: get, clock }),
    fetch: get,
    clock,
    drafts: createDrafts(store, data.userId),
    places: createPlaces(store),
    reader,
    newId: () => crypto.randomUUID?.() ?? randomId(),
    schedule: createPacer(browserPaces()),
    rename: (path) => history.replaceState(history.state, "", path),
    go: (path) => location.assign(path),
    onText: (live) => hooks.current.onText?.(live),
    onEnd: (text) => hooks.current.onEnd?.(text),
  };
}

function sessionStore(): Storage | undefined {
  try {
    return typeof document === "undefined" ? undefined : globalThis.sessionStorage;
  } catch {
    return undefined; // blocked by the browser's settings
  }
}

/** A version 4 UUID where the page is not served securely and `randomUUID` is missing. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
