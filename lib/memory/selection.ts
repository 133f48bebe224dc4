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
/** Rows that diversity compares; what is ranked below them is not chosen anyway. */
const CONSIDERED = 40;
/** An answer with so much of a fact's words in it repeats the fact. */
const REPEATED_SHARE = 0.75;

interface Choice {
  item: Ranked;
  tokens: number;
  stems: ReadonlySet<string>;
}

/**
 * What recall takes of a ranking: anchors and related rows, diverse by maximal marginal relevance
 * (J. Carbonell, J. Goldstein 1998), within the budget, whole rows only; best first (MEM-58, 59).
 */
export function selectForRecall(
  ranked: readonly Ranked[],
  { tokenBudget }: { tokenBudget: number },
): Ranked[] {
  const best = ranked.find((item) => item.related)?.score ?? 0;
  const pool = ranked
    .filter((item) => item.related && item.score >= best * RELATIVE_FLOOR)
    .slice(0, CONSIDERED)
    .map(choice)
    .filter((item, _, all) => !isSaidByFact(item, all));
  const chosen = anchorsOf(ranked, tokenBudget);
  let left = tokenBudget - chosen.reduce((sum, { tokens }) => sum + tokens, 0);
  const open = new Set(pool.filter(({ item }) => !chosen.some((c) => c.item === item)));
  while (chosen.length < MAX_ITEMS && open.size > 0) {
    const next = mostUseful([...open], chosen);
    open.delete(next);
    if (next.tokens > left || crowded(next, chosen)) continue;
    chosen.push(next);
    left -= next.tokens;
  }
  return chosen.map(({ item }) => item).sort(inOrder);
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

/** Anchors need not be related; the best of them come first, in a small budget of their own. */
function anchorsOf(ranked: readonly Ranked[], tokenBudget: number): Choice[] {
  const chosen: Choice[] = [];
  let left = Math.min(ANCHOR_TOKENS, tokenBudget);
  for (const item of ranked) {
    if (item.candidate.kind !== "fact" || !item.candidate.anchor) continue;
    const next = choice(item);
    if (next.tokens > left) continue;
    chosen.push(next);
    left -= next.tokens;
    if (chosen.length === MAX_ANCHORS) break;
  }
  return chosen;
}

function choice(item: Ranked): Choice {
  const { text } = item.candidate;
  return { item, tokens: estimateTokens(text) + FRAME_TOKENS, stems: new Set(contentStems(text)) };
}

function mostUseful(open: readonly Choice[], chosen: readonly Choice[]): Choice {
  let best = open[0]!;
  let most = -Infinity;
  for (const candidate of open) {
    const like = Math.max(0, ...chosen.map((other) => likeness(candidate.stems, other.stems)));
    const value = MMR_LAMBDA * candidate.item.score - (1 - MMR_LAMBDA) * like;
    if (value > most) {
      most = value;
      best = candidate;
    }
  }
  return best;
}

/** Share of common words (Jaccard), 0..1. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const word of a) if (b.has(word)) common++;
  return common / (a.size + b.size - common || 1);
}

/** Whether the row's source message gave as many rows as one message may. */
function crowded({ item }: Choice, chosen: readonly Choice[]): boolean {
  const source = sourceOf(item);
  return source !== null &&
    chosen.filter((other) => sourceOf(other.item) === source).length >= MAX_PER_SOURCE;
}

function sourceOf({ candidate }: Ranked): string | null {
  return candidate.kind === "turn" ? candidate.id : candidate.sourceMessageIds[0] ?? null;
}
