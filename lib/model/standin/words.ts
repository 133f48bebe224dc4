const STOP = new Set(
  ("a an the and or but if of to in on at for with from by as is are was were be been am do does " +
    "did done have has had will would can could should may might must shall i me my mine myself " +
    "you your yours he she it its his her hers him they them their we us our this that these " +
    "those there here what which who whom whose when where why how not no yes so than then too " +
    "very just about into out up down over again more most some any all each please tell know " +
    "remember remind use used before former formerly previous " +
    "previously past earlier user said say says told still now ever also get got go")
    .split(" "),
);

/** Words that ask for the same thing. */
const SAME: Record<string, string> = {
  home: "live",
  city: "live",
  town: "live",
  resid: "live",
  job: "work",
  profession: "work",
  occupation: "work",
  employer: "work",
  born: "birthday",
  favorite: "favourite",
  color: "colour",
  call: "name",
  named: "name",
  like: "love",
  enjoy: "love",
};

/** The words that carry meaning, stemmed lightly, in order. */
export function contentWords(text: string): string[] {
  const words = text.normalize("NFC").toLowerCase().replace(/['’]s\b/g, "")
    .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !STOP.has(word)).map(stem);
}

/** Takes off plural, -ing and -ed, and maps words that ask for the same thing. */
function stem(word: string): string {
  const base = word
    .replace(/(?<=[a-z]{3})ies$/, "y")
    .replace(/(?<=[a-z]{3})(?:ing|ed)$/, "")
    .replace(/(?<=[a-z]{2}[^s])s$/, "")
    .replace(/(?<=[a-z]{3})e$/, "");
  const known = SAME[word] ?? SAME[base];
  return known ? known.replace(/e$/, "") : base;
}

/** What a match was chosen from. */
export interface Match<T> {
  item: T;
  /** Sum of the weights of the shared words: rare words among the candidates weigh more. */
  score: number;
  /** Part of the question's weight that is shared, 0..1. */
  coverage: number;
}

/** The candidate that shares most with `question`, null when none shares a word; later ones win. */
export function bestMatch<T>(
  question: string,
  candidates: readonly { item: T; text: string }[],
): Match<T> | null {
  const asked = [...new Set(contentWords(question))];
  const bags = candidates.map(({ text }) => new Set(contentWords(text)));
  const weight = (word: string) => {
    const holders = bags.filter((bag) => bag.has(word)).length;
    return Math.log(1 + (candidates.length + 1) / (holders + 0.5));
  };
  const whole = asked.reduce((sum, word) => sum + weight(word), 0);
  let best: Match<T> | null = null;
  candidates.forEach(({ item }, at) => {
    const shared = asked.filter((word) => bags[at]!.has(word));
    const score = shared.reduce((sum, word) => sum + weight(word), 0);
    if (score > 0 && (best === null || score >= best.score)) {
      best = { item, score, coverage: score / whole };
    }
  });
  return best;
}

/** A stable number for a text (FNV-1a), to vary wording without chance. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}
