import { estimateTokens } from "@/lib/model/mod.ts";
import { inOrder, type Ranked } from "./ranking.ts";
import {
  ANCHOR_TOKENS,
  MAX_ANCHORS,
  MAX_ITEMS,
  MAX_PER_SOURCE,
  MMR_LAMBDA,
  RELATIVE_FLOOR,
} from "./ranking_weights.ts";
import { contentStems } from "./text_features.ts";

/** What an item takes in a prompt beside its text: its marks, id and date. */
const FRAME_TOKENS = 30;
/** Rows that diversity compares; what is ranked below them is hardly ever chosen. */
const CONSIDERED = 24;

/** An answer with so much of a fact's words in it repeats the fact. */
const REPEATED_SHARE = 0.75;

/** A row that may be chosen. */
interface Choice {
  item: Ranked;
  stems: ReadonlySet<string>;
  /** Likeness to the most similar row that was chosen, 0..1. */
  likeness: number;
}

/**
 * What recall takes of a ranking: anchors and related rows, diverse by maximal marginal relevance
 * (J. Carbonell, J. Goldstein 1998), within the budget, whole rows only; best first (MEM-58, 59).
 *
 * @param options.tokenBudget tokens of all texts with their frames
 */
export function selectForRecall(
  ranked: readonly Ranked[],
  { tokenBudget }: { tokenBudget: number },
): Ranked[] {
  const chosen = anchorsOf(ranked, tokenBudget);
  let left = tokenBudget - chosen.reduce((sum, item) => sum + tokensOf(item), 0);
  const best = ranked.find((item) => item.related)?.score ?? 0;
  const pool = ranked
    .filter((item) => item.related && item.score >= best * RELATIVE_FLOOR)
    .slice(0, CONSIDERED)
    .map((item) => ({ item, stems: stemsOf(item), likeness: 0 }));
  const open = new Set(
    pool.filter((choice) =>
      !chosen.includes(choice.item) && !isSaidByFact(choice, pool) && !isBeside(choice.item, pool)
    ),
  );
  for (const item of chosen) compare(open, stemsOf(item));
  while (chosen.length < MAX_ITEMS && open.size > 0) {
    const next = mostUseful(open);
    open.delete(next);
    const tokens = tokensOf(next.item);
    if (tokens > left || crowded(next.item, chosen)) continue;
    chosen.push(next.item);
    left -= tokens;
    compare(open, next.stems);
  }
  return chosen.sort(inOrder);
}

/**
 * Whether a turn says no more than a fact that is there too: the message the fact was taken from,
 * or an answer that repeats it. The fact is the shorter and the better sourced of the two.
 */
function isSaidByFact({ item, stems }: Choice, pool: readonly Choice[]): boolean {
  const turn = item.candidate;
  if (turn.kind === "fact") return false;
  return pool.some((other) => {
    const fact = other.item.candidate;
    if (fact.kind === "turn") return false;
    if (fact.sourceMessageIds.includes(turn.id)) return true;
    if (turn.role === "user" || other.stems.size === 0) return false;
    const common = [...other.stems].filter((stem) => stems.has(stem)).length;
    return common / other.stems.size >= REPEATED_SHARE;
  });
}

/**
 * Whether a turn only stands beside what is asked about, and that is there itself. An answer to a
 * question is no such turn: "Biscuit" says nothing without the question before it, and everything
 * with it.
 */
function isBeside({ candidate, relation }: Ranked, pool: readonly Choice[]): boolean {
  if (relation !== "neighbours" || candidate.kind === "fact" || candidate.priorAsks) return false;
  return pool.some(({ item }) =>
    item.relation === "own" && item.candidate.sessionId === candidate.sessionId
  );
}

/** Anchors need not be related; the best of them come first, in a small budget of their own. */
function anchorsOf(ranked: readonly Ranked[], tokenBudget: number): Ranked[] {
  const chosen: Ranked[] = [];
  let left = Math.min(ANCHOR_TOKENS, tokenBudget);
  for (const item of ranked) {
    if (chosen.length === MAX_ANCHORS) break;
    if (item.candidate.kind !== "fact" || !item.candidate.anchor) continue;
    const tokens = tokensOf(item);
    if (tokens > left) continue;
    chosen.push(item);
    left -= tokens;
  }
  return chosen;
}

function tokensOf({ candidate }: Ranked): number {
  return estimateTokens(candidate.text) + FRAME_TOKENS;
}

function stemsOf({ candidate }: Ranked): ReadonlySet<string> {
  return new Set(contentStems(candidate.text));
}

function mostUseful(open: ReadonlySet<Choice>): Choice {
  const useful = ({ item, likeness }: Choice) =>
    MMR_LAMBDA * item.score - (1 - MMR_LAMBDA) * likeness;
  return [...open].reduce((best, other) => useful(other) > useful(best) ? other : best);
}

/** Notes how alike the open rows are to one that was chosen: their share of common words. */
function compare(open: ReadonlySet<Choice>, stems: ReadonlySet<string>): void {
  for (const choice of open) {
    let common = 0;
    for (const word of choice.stems) if (stems.has(word)) common++;
    const all = choice.stems.size + stems.size - common;
    choice.likeness = Math.max(choice.likeness, all === 0 ? 0 : common / all);
  }
}

/** Whether the row's source message gave as many rows as one message may. */
function crowded(item: Ranked, chosen: readonly Ranked[]): boolean {
  const source = sourceOf(item);
  return source !== null &&
    chosen.filter((other) => sourceOf(other) === source).length >= MAX_PER_SOURCE;
}

function sourceOf({ candidate }: Ranked): string | null {
  return candidate.kind === "turn" ? candidate.id : candidate.sourceMessageIds[0] ?? null;
}
