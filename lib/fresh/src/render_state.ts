import type { ComponentChildren } from "preact";
import type { BuildCache } from "./build_cache.ts";
import { withoutSlash } from "./link_state.ts";
import type { Island } from "./types.ts";
import { withoutPartialParam } from "./url.ts";

/** An element of the head as it was rendered. */
export interface HeadItem {
  /** Two items with the same identity stand for one element. */
  identity: string;
  /** Whether it came from `<Head>` rather than from `<head>`. */
  fromHead: boolean;
  html: string;
}

/** JSX passed to an island. */
export interface Slot {
  name: string;
  children: ComponentChildren;
  /** Whether the island rendered it. */
  rendered: boolean;
}

/** What a render needs to know. */
export interface RenderStateInit {
  url: URL;
  cache: BuildCache;
  basePath: string;
  /** Whether the client asked for a partial update. */
  isPartial?: boolean;
}

function randomToken(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** Everything gathered while one document is rendered. */
export class RenderState {
  readonly url: URL;
  readonly cache: BuildCache;
  readonly basePath: string;
  readonly nonce: string = randomToken();
  /** Marks our comments in the output; nobody else can write them. */
  readonly mark: string = randomToken();
  /** Path of the page without a trailing slash. */
  readonly path: string;
  /** Query of the page as people see it. */
  readonly search: string;
  /** Names the state of a partial response; the content of a page cannot guess it. */
  readonly id: string = randomToken();
  readonly isPartial: boolean;

  hasHtml = false;
  hasHead = false;
  hasBody = false;
  /** Depth of `<head>` and `<Head>` around the current vnode. */
  headDepth = 0;
  /** Depth of `<Head>` alone. */
  boundaryDepth = 0;
  /** Depth of head elements, so that nested ones are left alone. */
  itemDepth = 0;
  readonly headItems: HeadItem[] = [];

  readonly islands: { island: Island; props: Record<string, unknown> }[] = [];
  readonly slots: Slot[] = [];

  /** Names of the partials rendered so far. */
  readonly partials = new Set<string>();
  /** Whether some element asks for client navigation. */
  hasClientNav = false;
  /** Depth of partials around the current vnode. */
  partialDepth = 0;
  /** Depth of islands around it; slots put it aside, for they are the page's again. */
  islandDepth = 0;
  readonly islandDepths: number[] = [];

  constructor(init: RenderStateInit) {
    this.url = init.url;
    this.cache = init.cache;
    this.basePath = init.basePath;
    this.isPartial = init.isPartial ?? false;
    this.path = withoutSlash(init.url.pathname);
    this.search = withoutPartialParam(init.url);
  }
}

let current: RenderState | null = null;

/** The render under way. Rendering is synchronous, so there is at most one. */
export function currentState(): RenderState | null {
  return current;
}

/** Runs a synchronous render with its state in force. */
export function withState<T>(state: RenderState, render: () => T): T {
  const outer = current;
  current = state;
  try {
    return render();
  } finally {
    current = outer;
  }
}
