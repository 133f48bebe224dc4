/** Most words the practice model writes on request. */
const MOST_WORDS = 5_000;
const DEFAULT_WORDS = 400;

const SENTENCES = [
  "The morning began quietly, with a thin light over the roofs and a kettle that took its time.",
  "Somebody had left a map on the table, and nobody could say whose it was.",
  "It showed a river, two bridges and a path that ended in the middle of the paper.",
  "We followed it anyway, because an unfinished path is an invitation.",
  "The first bridge was older than the town and knew it.",
  "Under it the water went on with its long sentence, without a comma.",
  "A ferryman nodded to us as if we had met before.",
  "He asked one question, and it was a good one: what would you keep if you could keep one day?",
  "We thought about it for the rest of the way.",
  "By noon the clouds had made up their minds and moved on.",
  "The second bridge was only a plank, but it held.",
  "Behind it the path became a garden, and the garden became a story.",
  "A gate stood open that had plainly never been shut.",
  "There was a bench, and on the bench lay a notebook with half of its pages full.",
  "The handwriting changed every few pages, as if many people had taken turns.",
  "We read a little, added a line of our own, and put it back.",
  "On the way home nobody spoke much, which was a kind of agreement.",
  "The evening came slowly and stayed for a long time.",
];

/** How many words `text` asks for, null when it does not ask for a long text. */
export function wordsAsked(text: string): number | null {
  const number = /\b(\d{2,6})[\s-]*words?\b/i.exec(text);
  if (number) return Math.min(Number(number[1]), MOST_WORDS);
  const long =
    /\b(?:long|detailed|endless)\b[^.?!]{0,40}\b(?:answer|story|text|essay|reply|tale)\b/i;
  return long.test(text) ? DEFAULT_WORDS : null;
}

/** A text of exactly `words` words, the same for the same seed; paragraphs of five sentences. */
export function longText(words: number, seed: number): string {
  let text = "";
  let left = words;
  for (let n = 0; left > 0; n++) {
    const sentence = SENTENCES[(seed + n) % SENTENCES.length]!.split(" ");
    const part = sentence.slice(0, left);
    left -= part.length;
    const ending = part.length < sentence.length
      ? part.join(" ").replace(/[^\w]*$/, ".")
      : part.join(" ");
    text += (n === 0 ? "" : n % 5 === 0 ? "\n\n" : " ") + ending;
  }
  return text;
}
