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

/** Finds the outermost islands and partials; those inside are started by what is around them. */
function findRoots(page: Page): Root[] {
  const found: Root[] = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_COMMENT);
  let end: Node | null = null;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (end !== null) {
      if (node === end) end = null;
      continue;
    }
    const fields = readMarker(node);
    if (fields?.[0] !== "island" && !(page.partial && fields?.[0] === "partial")) continue;
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
      : page.partial!(fields, readNodes(page, from, end)));
  // HTML that nests what must not nest was torn apart by the browser.
  if (!end || !vnode) {
    reportError(new Error(`Cannot start ${fields[0]} "${fields[1]}": its end is missing`));
  } else {
    hydrate(vnode, range(start, end));
  }
}

type PostTask = (task: () => void) => Promise<unknown>;

/** Runs a task on its own, so that the page answers between two islands. */
function later(task: () => void): Promise<unknown> {
  const { scheduler } = globalThis as { scheduler?: { postTask?: PostTask } };
  return scheduler?.postTask
    ? scheduler.postTask(task).catch(reportError)
    : new Promise<void>((done) =>
      setTimeout(() => {
        done();
        task();
      })
    );
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
  const tasks = findRoots(page).map((root) => later(() => start(page, root)));
  navigate?.(Promise.all(tasks));
}
