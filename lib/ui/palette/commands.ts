import type { IconName } from "../icon.tsx";
import type { Theme } from "../tokens.ts";

/** What choosing a command does. */
export type Act =
  | { kind: "go"; href: string }
  | { kind: "theme"; theme: Theme }
  | { kind: "sign-out" };

/** Something the palette offers. */
export interface Command {
  /** Stays the same over visits, for what was used recently. */
  id: string;
  label: string;
  icon: IconName;
  group: "recent" | "goTo" | "act" | "found";
  act: Act;
  /** Keys that do the same. */
  keys?: string;
  /** A second line. */
  detail?: string;
}

/** How well letters fit a label; null when they do not occur in this order. */
export function fit(query: string, label: string): number | null {
  const wanted = [...query.toLowerCase()].filter((letter) => letter.trim() !== "");
  const letters = [...label.toLowerCase()];
  let score = 0;
  let at = 0;
  let run = 0;
  for (const letter of wanted) {
    const found = letters.indexOf(letter, at);
    if (found < 0) return null;
    run = found === at && at > 0 ? run + 1 : 0;
    const begins = found === 0 || !/[\p{L}\p{N}]/u.test(letters[found - 1]!);
    // Beginnings of words and letters in a row are what people type.
    score += 1 + (begins ? 3 : 0) + run * 2 - Math.min(3, found - at) * 0.2;
    at = found + 1;
  }
  return score - letters.length * 0.01;
}

/**
 * The commands that fit a query, best first. Without one, what was used recently comes first, then
 * the rest in its own order.
 */
export function choose(
  commands: readonly Command[],
  { query, recent }: { query: string; recent: readonly string[] },
): Command[] {
  const used = (command: Command) => {
    const at = recent.indexOf(command.id);
    return at < 0 ? recent.length : at;
  };
  if (query.trim() === "") {
    const before = commands.filter((command) => recent.includes(command.id))
      .sort((a, b) => used(a) - used(b));
    return [
      ...before.map((command) => ({ ...command, group: "recent" as const })),
      ...commands.filter((command) => !recent.includes(command.id)),
    ];
  }
  return commands
    .map((command) => ({ command, score: fit(query, command.label) }))
    .filter((one): one is { command: Command; score: number } => one.score !== null)
    .sort((a, b) => b.score - a.score || used(a.command) - used(b.command))
    .map(({ command }) => command);
}

/** How many recent commands are kept. */
const KEPT = 5;

/** The recent ids after one more was used. */
export function usedNow(recent: readonly string[], id: string): string[] {
  return [id, ...recent.filter((one) => one !== id)].slice(0, KEPT);
}
