// The answer to a navigation, and how it gets onto the page.
import type { ComponentType } from "preact";
import { linkState, withoutSlash } from "../src/link_state.ts";
import { PARTIAL_PARAM, withoutPartialParam } from "../src/url.ts";
import type { Islands } from "./markers.ts";
import { loadStyles, mergeHead } from "./merge_head.ts";
import type { Kit, Page } from "./page.ts";
import { markedVNode, type Mode, shown } from "./partial_view.ts";
import { trusted } from "./trusted.ts";

/** A response with what its islands need, ready to be shown. */
export interface Answer {
  page: Page;
  doc: Document;
  /** Whether the server led somewhere else. */
  isRedirected: boolean;
  /** Where it led, as people see it. */
  url: URL;
}

let kit: Kit;

/** Takes over how the documents of the server are read. */
export function takeKit(given: Kit): void {
  kit = given;
}

interface State {
  build: string;
  /** Name, export and module of each island. */
  islands: [string, string, string][];
  signals: string | null;
  props: string;
}

/**
 * Reads a document. Its nonce is replaced by that of the page: styles are
 * already checked where they are parsed, against the page's policy.
 */
function parse(text: string): Document {
  const own = document.querySelector<HTMLElement>("script[nonce]")?.nonce;
  const theirs = own && /<script id="__FRSH_STATE_\w+"[^>]* nonce="(\w+)"/.exec(text)?.[1];
  const given = theirs ? text.replaceAll(`nonce="${theirs}"`, `nonce="${own}"`) : text;
  return new DOMParser().parseFromString(trusted.createHTML(given), "text/html");
}

function readState(response: Response, doc: Document): State | null {
  const id = response.headers.get("x-fresh-id");
  const text = id && doc.getElementById(`__FRSH_STATE_${id}`)?.textContent;
  return text ? JSON.parse(text) : null;
}

/** Fetches a URL as a partial update. */
function request(url: URL, init?: RequestInit): Promise<Response> {
  const target = new URL(url);
  target.searchParams.set(PARTIAL_PARAM, "true");
  return fetch(target, init);
}

/** Client modules of another build would bring another Preact along. */
function isOtherBuild(state: State): boolean {
  const own = import.meta.url.split("/").at(-2);
  return state.build !== own && state.islands.length > 0;
}

async function importIslands(state: State, known: Islands): Promise<Islands> {
  const islands = { ...known };
  await Promise.all(state.islands.map(async ([name, exported, file]) => {
    islands[name] ??= (await import(file))[exported] as ComponentType<Record<string, unknown>>;
  }));
  return islands;
}

/** Fetches what a navigation leads to; null if it cannot be shown on this page. */
export async function fetchAnswer(
  url: URL,
  known: Islands,
  init?: RequestInit,
): Promise<Answer | null> {
  let response = await request(url, init);
  const target = new URL(response.url);
  target.search = withoutPartialParam(target);
  const isHtml = (given: Response) => given.headers.get("content-type")?.includes("text/html");
  // A redirect may lead anywhere, but only what comes from here may become part of the page.
  if (!isHtml(response) || target.origin !== location.origin) return null;
  let doc = parse(await response.text());
  const isRedirected = response.redirected;
  if (isRedirected && !response.headers.has("x-fresh-id")) {
    // The redirect lost the mark of a partial request, and with it the islands' props.
    response = await request(target, { signal: init?.signal ?? null });
    if (!isHtml(response)) return null;
    doc = parse(await response.text());
  }
  const state = readState(response, doc);
  if (state && isOtherBuild(state)) return null;
  const [islands, revivers] = await Promise.all([
    state ? importIslands(state, known) : known,
    state?.signals ? import(state.signals).then((module) => module.revivers) : {},
    loadStyles(doc),
  ]);
  const page = kit.openPage({ islands, text: state?.props ?? "[[]]", revivers, root: doc });
  page.mark = markedVNode;
  Object.assign(known, islands);
  return { page, doc, isRedirected, url: target };
}

/** A partial of a response that the page has a place for. */
interface Found {
  fields: string[];
  start: Node;
}

/** The partials of a response: the outermost that can be shown, and how many it has at all. */
export interface Partials {
  found: Found[];
  count: number;
}

/** Finds the partials of a response, and says which have no place on the page. */
export function findPartials({ doc }: Answer): Partials {
  const found: Found[] = [];
  let count = 0;
  let end: Node | null = null;
  const walker = doc.createTreeWalker(doc.documentElement, NodeFilter.SHOW_COMMENT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (end !== null) {
      if (node === end) end = null;
      continue;
    }
    const fields = kit.readMarker(node);
    if (fields?.[0] !== "partial") continue;
    count++;
    if (shown.has(fields[1]!)) {
      found.push({ fields, start: node });
      end = kit.endOf(node, "partial");
    } else {
      // deno-lint-ignore no-console -- for the developer of the page
      console.warn(`Partial "${fields[1]}" not found on this page, its content is left out`);
    }
  }
  return { found, count };
}

/** Shows partials of a response, its head, and which links lead to the page now. */
export function show({ page, doc }: Answer, found: Found[]): void {
  for (const { fields, start } of found) {
    const content = kit.readNodes(page, start.nextSibling, kit.endOf(start, "partial"));
    shown.get(fields[1]!)?.update(fields[2] as Mode, content);
  }
  mergeHead(doc);
  markLinks();
}

/** Marks links to the current page and to those above it, unless their author said what they are. */
export function markLinks(): void {
  const at = { path: withoutSlash(location.pathname), search: location.search };
  for (const link of document.querySelectorAll("a[href]")) {
    const was = ["current", "ancestor"].find((name) => link.hasAttribute(`data-${name}`));
    const is = linkState(link.getAttribute("href")!, at);
    if (was === (is ?? undefined) || (!was && link.hasAttribute("aria-current"))) continue;
    link.removeAttribute(`data-${was}`);
    if (is) link.setAttribute(`data-${is}`, "true");
    if (is) link.setAttribute("aria-current", is === "current" ? "page" : "true");
    else link.removeAttribute("aria-current");
  }
}
