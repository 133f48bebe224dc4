import type { Clock } from "../../platform/clock.ts";

/** Least time between two announcements while an answer is written (UI-63). */
export const ANNOUNCE_EVERY_MS = 3_000;

/** What is said and how often. */
export interface AnnouncerOptions {
  mode: "sentences" | "end" | "off";
  clock: Clock;
  /** Puts words into the live region. */
  speak: (words: string) => void;
  /** Said when the first text comes. */
  started: string;
  /** Said in the place of a block of code. */
  code?: string;
  /** Said at the end, given the number of words. */
  complete: (words: number) => string;
}

/** Tells a screen reader about one answer. */
export interface Announcer {
  /** The text so far. */
  update(text: string): void;
  /** The whole text; nothing follows. */
  finish(text: string): void;
}

/**
 * Announces a growing answer in whole sentences, never word by word and at most every
 * {@link ANNOUNCE_EVERY_MS}, so that speech is neither cut off nor flooded.
 */
export function createAnnouncer(options: AnnouncerOptions): Announcer {
  const { mode, clock, speak } = options;
  let said = 0;
  let begun = false;
  let spokeAt = -Infinity;

  /** What is new up to an index, as it is said. */
  function fresh(text: string, end: number): string {
    said = Math.min(said, text.length);
    // Code that was begun before was named then; its rest is left out as well.
    const within = (text.slice(0, said).match(/^ {0,3}```/gm)?.length ?? 0) % 2 === 1;
    const words = text.slice(said, end);
    return plain(within ? words.replace(/^[\s\S]*?(?:\n {0,3}```.*|$)/, "") : words, options.code);
  }

  function say(text: string, end: number) {
    const words = fresh(text, end);
    said = end;
    if (words === "") return;
    spokeAt = clock.monotonic();
    speak(words);
  }

  return {
    update(text) {
      if (mode === "off" || text === "") return;
      if (!begun) {
        begun = true;
        speak(options.started);
        spokeAt = clock.monotonic();
      }
      if (mode !== "sentences" || clock.monotonic() - spokeAt < ANNOUNCE_EVERY_MS) return;
      // A correction may have shortened the text below what was said.
      said = Math.min(said, text.length);
      const end = lastSentenceEnd(text, said);
      if (end > said) say(text, end);
    },
    finish(text) {
      if (mode === "off") return;
      const rest = mode === "sentences" ? fresh(text, text.length) : "";
      const words = text.split(/\s+/).filter(Boolean).length;
      said = text.length;
      speak([rest, options.complete(words)].filter(Boolean).join(" "));
    },
  };
}

/** Index after the last complete sentence or line beyond `from`. */
export function lastSentenceEnd(text: string, from: number): number {
  let end = from;
  for (const match of text.slice(from).matchAll(/[.!?…。！？]["”’)]*(?=\s)|\n/g)) {
    end = from + match.index + match[0].length;
  }
  return end;
}

/** Markdown as a reader should say it: without marks, with code named instead of spelled out. */
export function plain(markdown: string, code = ""): string {
  return markdown
    .replace(/```[\s\S]*?(```|$)/g, code === "" ? " " : `\n${code}.\n`)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^[ \t]*(#{1,6}|[-*+]|>|\d+\.)[ \t]+/gm, "")
    .replace(/[*_`~|]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
