import { bm25, inverseFrequency, rarity, times } from "./bm25.ts";
import type { Question } from "./question.ts";
import {
  answers,
  authorsOf,
  dateMatch,
  namesAuthor,
  slotMatch,
  speakerMatch,
  tells,
} from "./question_match.ts";
import { wordsOf } from "./text_features.ts";
import type { Candidate, Corpus } from "./ranking_types.ts";
import type { Signal } from "./ranking_weights.ts";
import { type Counts, counts, createReader, type Profile } from "./text_profile.ts";

/** What a word of any conversation counts in what a question is about. */
const LIGHT_SHARE = 0.3;

/** A fact has no turns before it. */
const NOTHING = { prior: [], prior2: [] } as const;

/** The measures of a candidate before they are compared with the others'. */
export interface Measured {
  signals: Record<Signal, number>;
  /** How often each term of the question occurs in its own words, and around it. */
  own: readonly number[];
  near: readonly number[];
  /**
   * Share of what the question is about that its own words hold, and that it holds together with
   * its neighbours, 0..1. Words of any conversation count little.
   */
  ownShare: number;
  nearShare: number;
  /** Cosine to the question; null without comparable vectors. */
  cosine: number | null;
}

/** The measures of all candidates, and what they have in common. */
export interface Measurement {
  rows: Measured[];
  /** What each term counts in what the question is about; adds up to 1. */
  topic: readonly number[];
  /** Whether it is about the asker or someone who spoke: then one telling word is enough. */
  personal: boolean;
}

/** Measures the candidates of both stores against one question. */
export function measure(
  question: Question,
  candidates: readonly Candidate[],
  corpus: Corpus,
): Measurement {
  const reader = createReader(question);
  const own = candidates.map((candidate) => reader.read(ownText(candidate)));
  const near = candidates.map((candidate, at) =>
    nearTerms(candidate, { own: own[at]!.terms, read: reader.readTerms })
  );
  const given = Array.from(question.terms, (term) => term.weight);
  const ownTerms = own.map((profile) => profile.terms);
  const weights = times(rarity(corpus, question.terms.length), given);
  const topic = topicOf(question, candidates);
  const said = spokenOf(question, { topic, weights });
  const words = bm25(ownTerms, weights);
  const neighbours = bm25(near, weights);
  const letters = lettersScores(question, own);
  const pairs = bm25(
    own.map((profile) => profile.pairs),
    inverseFrequency(own.map((profile) => profile.pairs), question.pairs.length),
    { b: 0 },
  );
  const sessions = sessionScores(candidates, words);
  const related = bm25(
    own.map((profile) => profile.related),
    inverseFrequency(own.map((profile) => profile.related), question.related.size),
  );
  const speaker = speakerMatch(question, candidates);

  const rows = candidates.map((candidate, at): Measured => {
    const own = [ownTerms[at]!];
    const around = [ownTerms[at]!, near[at]!];
    const cosine = listed(candidate, "vector");
    const about = words[at]! + neighbours[at]! > 0;
    const { prior, prior2 } = candidate.kind === "turn" ? candidate : NOTHING;
    return {
      own: ownTerms[at]!.counts,
      near: near[at]!.counts,
      ownShare: share(own, topic),
      nearShare: share(around, topic),
      cosine,
      signals: {
        full_text: words[at]!,
        neighbours: neighbours[at]!,
        trigram: letters[at]!,
        pairs: pairs[at]!,
        session: sessions[at]!,
        coverage: (share(own, weights) + share(around, weights)) / 2,
        reply: candidate.kind === "turn" && candidate.priorAsks ? sumOf(weights, prior) : 0,
        prior: sumOf(said, prior),
        prior_2: sumOf(said, prior2),
        kind: related[at]!,
        speaker: speaker(candidate),
        date: dateMatch(question, candidate),
        answer: about ? answers(question, candidate) : 0,
        telling: about || related[at]! > 0 ? tells(candidate) : 0,
        slot: slotMatch(question, candidate),
        vector: Math.max(0, cosine ?? 0),
      },
    };
  });
  return { rows, topic, personal: question.personal || namesAuthor(question, candidates) };
}

/**
 * What each term counts in what the question is about; adds up to 1. Rarity says nothing here: words
 * that no row holds would always be the rarest. Who speaks is not what is spoken of.
 */
function topicOf(question: Question, candidates: readonly Candidate[]): number[] {
  const authors = new Set(authorsOf(candidates).flatMap(wordsOf));
  const topic = question.terms.map((term) =>
    authors.has(term.word) ? 0 : term.weight * (term.light ? LIGHT_SHARE : 1)
  );
  const sum = topic.reduce((total, weight) => total + weight, 0);
  return topic.map((weight) => sum === 0 ? 1 / topic.length : weight / sum);
}

/** What each term says of what is spoken of: who speaks says nothing, words of any conversation half. */
function spokenOf(
  question: Question,
  { topic, weights }: { topic: readonly number[]; weights: readonly number[] },
): number[] {
  return question.terms.map((term, at) =>
    topic[at] === 0 ? 0 : weights[at]! * (term.light ? 0.5 : 1)
  );
}

const sumOf = (weights: readonly number[], terms: readonly number[]) =>
  terms.reduce((sum, at) => sum + weights[at]!, 0);

/** The list's own measure of a row, null when the row is not in the list. */
function listed(
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

/** What stands around a row, once or not at all. A fact says by itself what it is about. */
function nearTerms(
  candidate: Candidate,
  { own, read }: { own: Counts; read: (text: string) => Counts },
): Counts {
  const near = counts(own.counts.length);
  near.length = 1;
  for (const at of candidate.near) near.counts[at] = 1;
  if (candidate.kind === "turn") return near;
  const said = candidate.quote ? read(candidate.quote).counts : [];
  near.counts = near.counts.map((n, at) => n || own.counts[at]! > 0 || (said[at] ?? 0) > 0 ? 1 : 0);
  return near;
}

/**
 * How much the conversation of each row is about the question. A fact that stands alone, typed by
 * its owner, counts like a conversation that says what it says.
 */
function sessionScores(candidates: readonly Candidate[], words: readonly number[]): number[] {
  const most = Math.max(0, ...candidates.map(({ session }) => session)) || 1;
  const best = Math.max(0, ...words) || 1;
  return candidates.map((candidate, at) =>
    candidate.kind === "fact"
      ? Math.max(candidate.session, most * words[at]! / best)
      : candidate.session
  );
}

/** The part of all weight whose terms any of the texts holds, 0..1. */
function share(texts: readonly Counts[], weights: readonly number[]): number {
  let held = 0;
  let all = 0;
  weights.forEach((weight, at) => {
    all += weight;
    if (texts.some((text) => text.counts[at]! > 0)) held += weight;
  });
  return all === 0 ? 0 : held / all;
}

function lettersScores(question: Question, own: readonly Profile[]): number[] {
  const letters = own.map((profile) => profile.letters);
  const given = Array.from(question.letters.values());
  return bm25(letters, times(inverseFrequency(letters, question.letters.size), given));
}
