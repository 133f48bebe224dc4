/** A search over own conversations, taken apart (CHT-7). */
export interface SearchQuery {
  /** Words and quoted phrases that must all occur, lower-cased; at least one, or an operator. */
  terms: string[];
  inTitle: boolean;
  from: "user" | "assistant" | null;
  /** UTC days as `YYYY-MM-DD`: before the first moment of, after the last moment of. */
  before: string | null;
  after: string | null;
  pinned: boolean;
  archived: boolean;
}

const TOKEN = /(-?)([a-z]+):("[^"]*"|\S+)|"([^"]*)"|(\S+)/giu;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** More words make a search slower and hardly ever better. */
const MAX_TERMS = 12;

/**
 * Reads `walnut "green bowl" from:me in:title before:2026-05-01 is:pinned`. What looks like an
 * operator and is none is searched for as it stands, so that `https://…` or `note: x` can be found.
 */
export function parseSearch(text: string): SearchQuery {
  const query: SearchQuery = {
    terms: [],
    inTitle: false,
    from: null,
    before: null,
    after: null,
    pinned: false,
    archived: false,
  };
  for (const match of text.matchAll(TOKEN)) {
    const [whole, , name, value = "", phrase, word] = match;
    if (name && readOperator(query, name.toLowerCase(), value.replaceAll('"', ""))) continue;
    const term = (phrase ?? word ?? whole).trim().toLowerCase();
    if (term !== "" && query.terms.length < MAX_TERMS) query.terms.push(term);
  }
  return query;
}

function readOperator(query: SearchQuery, name: string, value: string): boolean {
  const operator = `${name}:${value.toLowerCase()}`;
  if (operator === "in:title") query.inTitle = true;
  else if (operator === "from:me") query.from = "user";
  else if (operator === "from:nova") query.from = "assistant";
  else if (operator === "is:pinned") query.pinned = true;
  else if (operator === "is:archived") query.archived = true;
  else if ((name === "before" || name === "after") && isDay(value)) query[name] = value;
  else return false;
  return true;
}

function isDay(value: string): boolean {
  if (!DAY.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** A piece of text around the first hit, with the hits in it as code point offsets. */
export interface Snippet {
  text: string;
  highlights: [start: number, end: number][];
}

const BEFORE = 50;
const LENGTH = 180;

/** Cuts the surroundings of the first term out of a text; without a hit, its beginning. */
export function snippetOf(text: string, terms: readonly string[]): Snippet {
  const points = [...text.replace(/\s+/gu, " ").trim()];
  // Lower-casing may change lengths, so it is done point by point.
  const lower = points.map((point) => [...point.toLowerCase()][0] ?? point);
  const hits = terms.flatMap((term) => findAll(lower, [...term]));
  hits.sort(([a], [b]) => a - b);
  const first = hits[0]?.[0] ?? 0;
  const start = first <= BEFORE ? 0 : first - BEFORE;
  const end = Math.min(points.length, start + LENGTH);
  const lead = start > 0 ? 1 : 0;
  const inside = hits.filter(([from, to]) => from >= start && to <= end);
  return {
    text: `${lead ? "…" : ""}${points.slice(start, end).join("")}${end < points.length ? "…" : ""}`,
    highlights: merged(inside).map(([from, to]) => [from - start + lead, to - start + lead]),
  };
}

function findAll(text: readonly string[], term: readonly string[]): [number, number][] {
  const found: [number, number][] = [];
  if (term.length === 0) return found;
  for (let at = 0; at + term.length <= text.length; at++) {
    if (term.every((point, i) => text[at + i] === point)) {
      found.push([at, at + term.length]);
      at += term.length - 1;
    }
  }
  return found;
}

function merged(hits: readonly [number, number][]): [number, number][] {
  const out: [number, number][] = [];
  for (const [from, to] of hits) {
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}
