// The browser's history: what an entry of it shows, and where it was scrolled to.

/** What the history keeps about a page that was navigated to. */
export interface Entry {
  /** Number of the entry, by which its scroll position is found. */
  fresh: number;
  /** What its content comes from, if not from its own address. */
  partial: string | null;
  scroll?: [number, number];
}

let entry = 0;
const positions = new Map<number, [number, number]>();

/** What the history says about a page; null for entries that are not ours. */
export function entryOf(state: unknown): Entry | null {
  return typeof state === "object" && state !== null && "fresh" in state ? state as Entry : null;
}

/** Path and query of an address. */
export function pathOf(url: URL | Location): string {
  return url.pathname + url.search;
}

/** Makes an entry in the history for the page that is about to be shown. */
export function enter(to: URL, partial: string | null): void {
  // What the page's own scripts keep in an entry stays in it.
  const state = { partial: null, ...history.state, fresh: entry };
  if (to.href === location.href) return history.replaceState({ ...state, partial }, "");
  const scroll: Entry["scroll"] = [scrollX, scrollY];
  positions.set(entry, scroll);
  history.replaceState({ ...state, scroll }, "");
  history.scrollRestoration = "manual";
  entry++;
  history.pushState({ fresh: entry, partial } satisfies Entry, "", to);
}

/** Goes back to an entry of the history; the one that is left keeps its position. */
export function comeBack(back: Entry | null): void {
  positions.set(entry, [scrollX, scrollY]);
  entry = back?.fresh ?? 0;
}

/** Scrolls to where an entry was when it was left. */
export function scrollBack(back: Entry): void {
  scrollTo(positions.get(entry) ?? back.scroll ?? [0, 0]);
}

function scrollTo([left, top]: [number, number]): void {
  globalThis.scrollTo({ left, top, behavior: "instant" });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Scrolls to where a page begins, or to the element its address names. */
export function scrollToStart(to: URL): void {
  const target = to.hash && document.getElementById(decode(to.hash.slice(1)));
  if (target) target.scrollIntoView({ behavior: "instant" });
  else scrollTo([0, 0]);
}

/** Takes up what the history knew before the page was loaded. */
export function openHistory(): void {
  entry = entryOf(history.state)?.fresh ?? 0;
  // When the whole page comes back, its position is the browser's business again.
  addEventListener("pagehide", () => history.scrollRestoration = "auto");
}
