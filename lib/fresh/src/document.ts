import { renderToString } from "preact-render-to-string";
import { headWinners } from "./head.ts";
import { unrenderedSlots } from "./islands.ts";
import type { HeadItem, RenderState } from "./render_state.ts";
import { serializeProps } from "./serialize.ts";
import type { Island } from "./types.ts";

const CHARSET = `<meta charset="utf-8"/>`;

/** Data as JSON, or text as a JavaScript literal, that cannot end the script around it. */
function literal(data: unknown): string {
  return JSON.stringify(data)
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

/** Whether the page can be navigated without loading it anew. */
function hasPartials(state: RenderState): boolean {
  return state.hasClientNav || state.partials.size > 0;
}

/** Whether the page needs any client code. */
function isInteractive(state: RenderState): boolean {
  return state.cache.runtime.entry !== null && (state.islands.length > 0 || hasPartials(state));
}

/** Client modules of a page, to be fetched at once. */
function clientFiles(state: RenderState): string[] {
  if (state.isPartial || !isInteractive(state)) return [];
  const { entry, partials, imports, partialImports } = state.cache.runtime;
  const files = [
    entry!,
    ...usedIslands(state).flatMap((i) => [i.file, ...i.imports]),
    ...imports,
    ...(hasPartials(state) ? [partials!, ...partialImports] : []),
  ];
  return [...new Set(files)].map((file) => state.basePath + file);
}

/** The `Link` header that preloads client modules, or null when there are none. */
export function preloadHeader(state: RenderState): string | null {
  const files = clientFiles(state);
  if (files.length === 0) return null;
  return files.map((file) => `<${encodeURI(file)}>; rel="modulepreload"; as="script"`).join(", ");
}

/** The script that reloads the page after a rebuild; development only. */
function reloadScript(state: RenderState): string {
  const { liveReload } = state.cache.runtime;
  if (!liveReload) return "";
  const src = attribute(state.basePath + liveReload);
  return `<script type="module" src="${src}" nonce="${state.nonce}"></script>`;
}

/** What the client needs to start the islands of a partial response. */
function partialScript(state: RenderState): string {
  const { buildId, runtime } = state.cache;
  const { text, hasSignals } = serializeProps(state.islands.map((use) => use.props));
  const islands = usedIslands(state).map(({ name, exportName, file }) => [
    name,
    exportName,
    state.basePath + file,
  ]);
  const signals = hasSignals && runtime.signals ? state.basePath + runtime.signals : null;
  const json = literal({ build: buildId, islands, signals, props: text });
  const id = `__FRSH_STATE_${state.id}`;
  return `<script id="${id}" type="application/json" nonce="${state.nonce}">${json}</script>`;
}

/** The script that starts the page's islands and client navigation, or nothing. */
function bootScript(state: RenderState): string {
  const { runtime } = state.cache;
  if (!isInteractive(state)) return "";
  const { text, hasSignals } = serializeProps(state.islands.map((use) => use.props));
  const from = (file: string) => literal(state.basePath + file);
  const islands = usedIslands(state);
  const lines = [`import{boot}from${from(runtime.entry!)};`];
  const useSignals = hasSignals && runtime.signals !== null;
  if (useSignals) lines.push(`import{revivers}from${from(runtime.signals!)};`);
  const usePartials = hasPartials(state) && runtime.partials !== null;
  if (usePartials) lines.push(`import{partials}from${from(runtime.partials!)};`);
  // Numbered, because a name may be a reserved word.
  islands.forEach(({ exportName, file }, i) => {
    lines.push(`import{${exportName} as i${i}}from${from(file)};`);
  });
  const names = islands.map(({ name }, i) => `${literal(name)}:i${i}`).join(
    ",",
  );
  const more = usePartials
    ? `,${useSignals ? "revivers" : "{}"},partials`
    : useSignals
    ? ",revivers"
    : "";
  lines.push(`boot({${names}},${literal(text)}${more});`);
  return `<script type="module" nonce="${state.nonce}">${lines.join("")}</script>`;
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
  // In precompiled text nothing but the text tells. A quote is never part of people's words.
  state.hasClientNav ||= rendered.includes('f-client-nav="true"');
  const pieces = takeApart(state, rendered);
  // Slots may contain islands and head elements of their own.
  const templates = takeApart(state, unrenderedSlots(state, (vnode) => renderToString(vnode)));
  const winners = headWinners(state);
  const scripts = state.isPartial ? partialScript(state) : reloadScript(state) + bootScript(state);
  const bodyEnd = putTogether(templates, winners, () => "") + scripts;
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
