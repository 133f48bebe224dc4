// Starts the islands of a page. Sent to every page that has one, so every line counts.
import { hydrate } from "preact";
import { endOf, type Islands, readMarker } from "./markers.ts";
import { type Kit, openPage, type Page, readIsland, readNodes, type Revivers } from "./page.ts";

/** Lets Preact hydrate the nodes between two comments as if they were an element's children. */
function range(start: Node, end: Node): Element {
  const parent = start.parentNode as Element;
  const childNodes: Node[] = [];
  for (let node = start.nextSibling!; node !== end; node = node.nextSibling!) {
    childNodes.push(node);
  }
  return {
    nodeType: 1,
    namespaceURI: parent.namespaceURI,
    firstChild: childNodes[0] ?? null,
    childNodes,
    insertBefore(node: Node, before: Node | null) {
      // Preact steps over comments when it looks for a place, ours included.
      const isInside = before !== null &&
        (end.compareDocumentPosition(before) & 2) !== 0;
      return parent.insertBefore(node, isInside ? before : end);
    },
  } as unknown as Element;
}

interface Root {
  start: Node;
  fields: string[];
}

// As in NodeFilter, but without its name in the module.
const SHOW_COMMENT = 128;

/** Finds the outermost islands and partials; those inside are started by what is around them. */
function findRoots(page: Page): Root[] {
  const found: Root[] = [];
  const walker = document.createTreeWalker(document.documentElement, SHOW_COMMENT);
  let end: Node | null = null;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (end !== null) {
      if (node === end) end = null;
      continue;
    }
    const fields = readMarker(node);
    if (fields?.[0] !== "island" && !(page.mark && fields?.[0] === "partial")) continue;
    found.push({ start: node, fields });
    end = endOf(node, fields[0]);
  }
  return found;
}

function start(page: Page, { start, fields }: Root): void {
  const end = endOf(start, fields[0]!);
  const from = start.nextSibling;
  const vnode = end &&
    (fields[0] === "island"
      ? readIsland(page, fields, { from, end })
      : page.mark!(fields, readNodes(page, from, end)));
  // HTML that nests what must not nest was torn apart by the browser.
  if (!end || !vnode) {
    reportError(new Error(`Cannot start ${fields[0]} "${fields[1]}": its end is missing`));
  } else {
    hydrate(vnode, range(start, end));
  }
}

interface Scheduler {
  postTask?(task: () => void): Promise<unknown>;
}

/** Waits for a task of its own, so that the page answers between two islands. */
function turn(): Promise<unknown> {
  const { scheduler } = globalThis as { scheduler?: Scheduler };
  return scheduler?.postTask?.(() => {}) ?? new Promise((done) => setTimeout(done));
}

/**
 * Hydrates the islands of the document.
 *
 * @param islands Components by the names in the markers.
 * @param text Props of all islands, as the server wrote them.
 * @param revivers Readers of the types that not every page needs.
 * @param partials Starts client navigation, on pages that have it.
 */
export function boot(
  islands: Islands,
  text: string,
  revivers: Revivers = {},
  partials?: (page: Page, kit: Kit) => (ready: Promise<unknown>) => void,
): void {
  const page = openPage({ islands, text, revivers, root: document });
  const navigate = partials?.(page, { openPage, readNodes, readMarker, endOf });
  const tasks = findRoots(page).map((root) =>
    turn().then(() => start(page, root)).catch(reportError)
  );
  navigate?.(Promise.all(tasks));
}
