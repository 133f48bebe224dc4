import type { ScoreTerm } from "../contract.ts";
import type { ScorePart } from "../progress.tsx";
import { say } from "../say.ts";
import { reasonText } from "../text/reasons.ts";

/**
 * The terms of a score in words, the largest first (MEM-56, UI-53). Terms that add nothing are
 * left out; what a later server may name is shown by its name.
 */
export function scoreParts(terms: readonly ScoreTerm[], locale: string): ScorePart[] {
  const text: Record<string, string> = reasonText(locale);
  return terms
    .filter((term) => Math.abs(term.amount) >= 0.005)
    .sort((a, b) => b.amount - a.amount)
    .map((term) => ({
      label: say(text[term.name] ?? term.name.replaceAll("_", " "), {}, locale),
      amount: term.amount,
    }));
}
