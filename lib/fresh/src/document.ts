import { renderToString } from "preact-render-to-string";
import { headWinners } from "./head.ts";
import { unrenderedSlots } from "./islands.ts";
import type { HeadItem, RenderState } from "./render_state.ts";
import { serializeProps } from "./serialize.ts";
import type { Island } from "./types.ts";

const CHARSET = `<meta charset="utf-8"/>`;

/** Text as a JavaScript string literal that cannot end the script around it. */
function literal(text: string): string {
  return JSON.stringify(text)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

function usedIslands(state: RenderState): Island[] {
  return [...new Set(state.islands.map((use) => use.island))];
}

/** Client modules of a page, to be fetched at once. Empty without islands. */
function clientFiles(state: RenderState): string[] {
  const islands = usedIslands(state);
  const { entry, imports } = state.cache.runtime;
  if (islands.length === 0 || entry === null) return [];
  const files = [
    entry,
    ...islands.flatMap((i) => [i.file, ...i.imports]),
    ...imports,
  ];
  return [...new Set(files)].map((file) => state.basePath + file);
}

/** The `Link` header that preloads client modules, or null when there are none. */
export function preloadHeader(state: RenderState): string | null {
  const files = clientFiles(state);
  if (files.length === 0) return null;
  return files.map((file) => `<${encodeURI(file)}>; rel="modulepreload"; as="script"`).join(", ");
}

/** The script that hydrates the page's islands, or nothing. */
function bootScript(state: RenderState): string {
  const { runtime } = state.cache;
  let html = "";
  if (runtime.liveReload) {
    const src = attribute(state.basePath + runtime.liveReload);
    html += `<script type="module" src="${src}" nonce="${state.nonce}"></script>`;
  }
  if (state.islands.length === 0 || runtime.entry === null) return html;
  const { text, hasSignals } = serializeProps(state.islands.map((use) => use.props));
  const from = (file: string) => literal(state.basePath + file);
  const islands = usedIslands(state);
  const lines = [`import{boot}from${from(runtime.entry)};`];
  const useSignals = hasSignals && runtime.signals !== null;
  if (useSignals) lines.push(`import{revivers}from${from(runtime.signals!)};`);
  // Numbered, because a name may be a reserved word.
  islands.forEach(({ exportName, file }, i) => {
    lines.push(`import{${exportName} as i${i}}from${from(file)};`);
  });
  const names = islands.map(({ name }, i) => `${literal(name)}:i${i}`).join(
    ",",
  );
  lines.push(
    `boot({${names}},${literal(text)}${useSignals ? ",revivers" : ""});`,
  );
  return `${html}<script type="module" nonce="${state.nonce}">${lines.join("")}</script>`;
}

function stylesheets(state: RenderState, css: string[]): string {
  const all = new Set([
    ...css,
    ...usedIslands(state).flatMap((island) => island.css),
  ]);
  return [...all].map((href) => `<link rel="stylesheet" href="${attribute(href)}"/>`).join("");
}

/** Rendered text, a head element, or a place where something is inserted. */
type Piece = string | HeadItem | { place: string };

/** Splits rendered text at our comments. */
function takeApart(state: RenderState, html: string): Piece[] {
  const pieces: Piece[] = [];
  const open = `<!--${state.mark}:`;
  const close = `${open}/h-->`;
  let at = 0;
  for (let start = html.indexOf(open); start >= 0; start = html.indexOf(open, at)) {
    const nameEnd = html.indexOf("-->", start);
    const name = html.slice(start + open.length, nameEnd);
    pieces.push(html.slice(at, start));
    at = nameEnd + 3;
    if (name.startsWith("h:")) {
      const item = state.headItems[Number(name.slice(2))]!;
      const end = html.indexOf(close, at);
      item.html = html.slice(at, end);
      at = end + close.length;
      pieces.push(item);
    } else {
      pieces.push({ place: name });
    }
  }
  pieces.push(html.slice(at));
  return pieces;
}

/**
 * Puts the pieces together: elements of `<Head>` leave their place, and replace
 * those of equal identity in the head. What is replaced is taken from `winners`.
 */
function putTogether(
  pieces: Piece[],
  winners: Map<string, HeadItem>,
  insert: (place: string) => string,
): string {
  let html = "";
  for (const piece of pieces) {
    if (typeof piece === "string") {
      html += piece;
    } else if ("place" in piece) {
      html += insert(piece.place);
    } else if (!piece.fromHead) {
      html += (winners.get(piece.identity) ?? piece).html;
      winners.delete(piece.identity);
    }
  }
  return html;
}

/**
 * Makes a whole document of rendered content: adds what is missing of html,
 * head and body, moves `<Head>` elements, and appends the boot script.
 */
export function assemble(state: RenderState, rendered: string, css: string[]): string {
  const pieces = takeApart(state, rendered);
  // Slots may contain islands and head elements of their own.
  const templates = takeApart(state, unrenderedSlots(state, (vnode) => renderToString(vnode)));
  const winners = headWinners(state);
  const bodyEnd = putTogether(templates, winners, () => "") + bootScript(state);
  const headEnd = () =>
    [...winners.values()].map((item) => item.html).join("") + stylesheets(state, css);
  const head = state.hasHead ? "" : `<head>${CHARSET}${headEnd()}</head>`;
  const content = putTogether(pieces, winners, (place) => {
    if (place === "html") return head;
    if (place === "/head") return headEnd();
    return place === "/body" || !state.hasBody ? bodyEnd : "";
  });
  if (state.hasHtml) return `<!DOCTYPE html>${content}`;
  if (state.hasBody || state.hasHead) {
    return `<!DOCTYPE html><html>${head}${content}${state.hasBody ? "" : bodyEnd}</html>`;
  }
  return `<!DOCTYPE html><html>${head}<body>${content}${bodyEnd}</body></html>`;
}
