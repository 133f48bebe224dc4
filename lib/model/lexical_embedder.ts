/*
 * A deterministic embedder without a model (MEM-65): feature hashing with signs (Weinberger et al.
 * 2009) over words and letter trigrams, counts damped by 1 + ln(tf), unit length.
 */

/** Weight of a trigram against a whole word: it forgives misspellings but says less. */
const TRIGRAM_WEIGHT = 0.4;
const WORDS = /[\p{L}\p{N}]+/gu;

/** The name under which vectors of this embedder are stored; a changed rule takes a new one. */
export const LEXICAL_MODEL = "lexical-1";

/** The form in which texts are compared: NFC, lower case, single spaces. */
export function normaliseForEmbedding(text: string): string {
  return text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
}

/**
 * The vector of `text`: `dim` numbers, unit length, or all zero for a text without letters and
 * digits. Equal on every platform.
 */
export function lexicalEmbedding(text: string, dim = 768): number[] {
  const vector = new Float64Array(dim);
  const words = normaliseForEmbedding(text).match(WORDS) ?? [];
  for (const [feature, count] of features(words)) {
    const hash = fnv1a(feature);
    const weight = (1 + Math.log(count)) * (feature[0] === "t" ? TRIGRAM_WEIGHT : 1);
    // The top bit gives the sign, so that collisions cancel out instead of adding up.
    const index = (hash & 0x7fffffff) % dim;
    vector[index] = vector[index]! + (hash >>> 31 === 1 ? -weight : weight);
  }
  const length = Math.hypot(...vector);
  return Array.from(vector, (value) => (length === 0 ? 0 : value / length));
}

/** Words ("w:walnut") and trigrams of the padded word ("t:^wa") with how often they occur. */
function features(words: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (feature: string) => counts.set(feature, (counts.get(feature) ?? 0) + 1);
  for (const word of words) {
    add(`w:${word}`);
    const padded = `^${word}$`;
    for (let at = 0; at + 3 <= padded.length; at++) add(`t:${padded.slice(at, at + 3)}`);
  }
  return counts;
}

/** FNV-1a with 32 bits over UTF-16 code units, then mixed so that its low bits are even. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
