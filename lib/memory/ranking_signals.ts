import { bm25, inverseFrequency, times } from "./bm25.ts";
import type { Question } from "./question.ts";
import { answers, asks, dateMatch, slotMatch, speakerMatch } from "./question_match.ts";
import type { Candidate } from "./ranking_types.ts";
import type { Signal } from "./ranking_weights.ts";
import { type Counts, counts, createReader, type Profile } from "./text_profile.ts";

/** The measures of a candidate before they are compared with the others'. */
export interface Measured {
  signals: Record<Signal, number>;
  /** How often each term of the question occurs in its own words, and around it. */
  own: readonly number[];
  near: readonly number[];
  /** Share of the question's weight that its own words hold, and that it holds with neighbours. */
  ownShare: number;
  nearShare: number;
  /** Cosine to the question; null without comparable vectors. */
  cosine: number | null;
}

/** Measures the candidates of both stores against one question. */
export function measure(
  question: Question,
  candidates: readonly Candidate[],
): { rows: Measured[]; termWeights: readonly number[] } {
  const reader = createReader(question);
  const own = candidates.map((candidate) => reader.read(ownText(candidate)));
  const near = candidates.map((candidate) => reader.readTerms(nearText(candidate)));
  const asked = candidates.map((candidate) =>
    candidate.kind === "turn" && asks(candidate.before)
      ? reader.readTerms(candidate.before)
      : counts(question.terms.length)
  );
  const given = Array.from(question.terms, (term) => term.weight);
  const ownTerms = own.map((profile) => profile.terms);
  const weights = times(inverseFrequency(ownTerms, question.terms.length), given);
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const words = bm25(ownTerms, weights);
  const neighbours = bm25(near, weights);
  const letters = lettersScores(question, own);
  const pairs = bm25(
    own.map((profile) => profile.pairs),
    inverseFrequency(own.map((profile) => profile.pairs), question.pairs.length),
    { b: 0 },
  );
  const sessions = sessionScores(candidates, { own: ownTerms, given });
  const replies = bm25(asked, weights);
  const speaker = speakerMatch(question, candidates);

  const rows = candidates.map((candidate, at): Measured => {
    const ownShare = share([ownTerms[at]!], weights) / total;
    const nearShare = share([ownTerms[at]!, near[at]!], weights) / total;
    const cosine = listed(candidate, "vector");
    const related = words[at]! + neighbours[at]! > 0;
    return {
      own: ownTerms[at]!.counts,
      near: near[at]!.counts,
      ownShare,
      nearShare,
      cosine,
      signals: {
        full_text: words[at]!,
        neighbours: neighbours[at]!,
        trigram: letters[at]!,
        pairs: pairs[at]!,
        session: sessions[at]!,
        coverage: (ownShare + nearShare) / 2,
        reply: replies[at]!,
        speaker: speaker(candidate),
        date: dateMatch(question, candidate),
        answer: related ? answers(question, candidate) : 0,
        slot: slotMatch(question, candidate),
        vector: Math.max(0, cosine ?? 0),
      },
    };
  });
  return { rows, termWeights: weights };
}

/** The list's own measure of a row, null when the row is not in the list. */
export function listed(
  candidate: Candidate,
  list: Candidate["memberships"][number]["list"],
): number | null {
  return candidate.memberships.find((member) => member.list === list)?.value ?? null;
}

function ownText(candidate: Candidate): string {
  if (candidate.kind === "turn") return candidate.text;
  const { text, subject, attribute, value, tags } = candidate;
  const extra = [subject, attribute, value].filter((part) => part && !text.includes(part));
  return [text, ...extra, ...tags].join(" ");
}

function nearText(candidate: Candidate): string {
  if (candidate.kind === "turn") return candidate.context;
  return [candidate.quote ?? "", candidate.sourceText, candidate.context].join("\n");
}

/** Weight of the terms that any of the texts holds. */
function share(texts: readonly Counts[], weights: readonly number[]): number {
  return weights.reduce(
    (sum, weight, at) => texts.some((text) => text.counts[at]! > 0) ? sum + weight : sum,
    0,
  );
}

function lettersScores(question: Question, own: readonly Profile[]): number[] {
  const letters = own.map((profile) => profile.letters);
  const given = Array.from(question.letters.values());
  return bm25(letters, times(inverseFrequency(letters, question.letters.size), given));
}

/** BM25 of each conversation as a whole, as far as its candidates show it. */
function sessionScores(
  candidates: readonly Candidate[],
  { own, given }: { own: readonly Counts[]; given: readonly number[] },
): number[] {
  const sessions = new Map<string, Counts>();
  candidates.forEach(({ sessionId }, at) => {
    if (sessionId === null) return;
    const session = sessions.get(sessionId) ?? counts(given.length);
    sessions.set(sessionId, session);
    // Each row counts once: a word repeated in one turn does not make the conversation about it.
    own[at]!.counts.forEach((count, term) => session.counts[term]! += Math.min(1, count));
  });
  const rows = [...sessions.values()];
  const scores = bm25(rows, times(inverseFrequency(rows, given.length), given), { b: 0 });
  const byId = new Map([...sessions.keys()].map((id, at) => [id, scores[at]!]));
  return candidates.map(({ sessionId }) => (sessionId === null ? 0 : byId.get(sessionId)!));
}
