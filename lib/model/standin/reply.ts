import { type MemoryBlockItem, parseMemoryBlock } from "../memory_block.ts";
import type { ModelMessage } from "../types.ts";
import { calculate } from "./arithmetic.ts";
import { longText, wordsAsked } from "./long_text.ts";
import { firstToSecond, lowerFirst, sentence, thirdToSecond } from "./person.ts";
import { showPiece } from "./show_pieces.ts";
import { bestMatch, contentWords, hashOf } from "./words.ts";

/** Part of a question that has to be found again for an answer to be given. */
const ENOUGH = 0.34;
const MEMORY_BLOCK = /<memories [^>]*>[^]*?<\/memories>/g;

/** What the rules see of a prompt. */
interface Scene {
  asked: string;
  memories: MemoryBlockItem[];
  /** Earlier words of the user in this conversation, oldest first. */
  earlier: string[];
  /** One of the given wordings, always the same one for the same prompt. */
  vary: (wordings: readonly string[]) => string;
}

/**
 * What the practice model answers: rules, no language model. It uses the memories and the
 * conversation it is given as data and never follows instructions found in them. Equal prompts
 * give equal answers.
 */
export function practiceReply(messages: readonly ModelMessage[]): string {
  const scene = readScene(messages);
  for (const rule of RULES) {
    const answer = rule(scene);
    if (answer !== null) return answer;
  }
  return fallback(scene);
}

function readScene(messages: readonly ModelMessage[]): Scene {
  const own = messages.filter((message) => message.role === "user")
    .map((message) => message.content.replace(MEMORY_BLOCK, "").trim())
    .filter((text) => text !== "");
  const asked = own.at(-1) ?? "";
  const hash = hashOf(asked + messages.length);
  return {
    asked,
    memories: messages.flatMap((message) => parseMemoryBlock(message.content)),
    earlier: own.slice(0, -1),
    vary: (wordings) => wordings[hash % wordings.length]!,
  };
}

type Rule = (scene: Scene) => string | null;

const RULES: readonly Rule[] = [
  empty,
  repeated,
  lengthy,
  sum,
  identity,
  smallTalk,
  everythingKnown,
  sample,
  joke,
  forgetting,
  fromMemory,
  fromConversation,
  statement,
];

function empty({ asked }: Scene): string | null {
  return asked === "" ? "I am here. What would you like to talk about?" : null;
}

function repeated({ asked }: Scene): string | null {
  return /^(?:please )?(?:repeat|say)(?: exactly| after me)?:\s*([^]+)$/i.exec(asked)?.[1] ?? null;
}

function lengthy({ asked }: Scene): string | null {
  const words = wordsAsked(asked);
  return words === null ? null : longText(words, hashOf(asked));
}

function sum({ asked, vary }: Scene): string | null {
  const done = calculate(asked);
  if (!done) return null;
  const { expression, result } = done;
  return vary([`${expression} = ${result}.`, `That is ${result}.`, `${result}: ${expression}.`]);
}

const ABOUT =
  "I am the practice model: a small set of rules that stands in for a language model, " +
  "not a person and not a real model.";
const CAN =
  "I can recall what you told me, answer from this conversation, do small sums, and show " +
  "how tables, lists, code and formulas look.";
const CONNECT =
  "For full answers, connect a language model: run Ollama, set `OLLAMA_BASE_URL` to " +
  "its address and start again.";

function identity({ asked }: Scene): string | null {
  const who =
    /\b(?:who|what) are you\b|\bare you (?:an? )?(?:human|person|bot|robot|ai|real|model)\b/i;
  const what = /\bwhat can you do\b|\bwhich model\b|\bwhat model\b|^help\b|\bhow do i connect\b/i;
  return who.test(asked) || what.test(asked) ? `${ABOUT} ${CAN}\n\n${CONNECT}` : null;
}

function smallTalk({ asked, vary }: Scene): string | null {
  const short = contentWords(asked).length <= 3;
  if (/^(?:hi|hello|hey|good (?:morning|afternoon|evening)|greetings)\b/i.test(asked) && short) {
    return vary([
      "Hello. Tell me something about yourself, or ask me what I remember.",
      "Hello, good to see you here. What is on your mind?",
      "Hi. What shall we look at today?",
    ]);
  }
  if (/^(?:thanks|thank you|cheers)\b/i.test(asked) && short) {
    return vary(["You are welcome.", "Gladly.", "You are welcome. Anything else?"]);
  }
  if (/\bhow are you\b/i.test(asked)) {
    return "I have no moods, being a set of rules, but everything is in order. How are you?";
  }
  if (/^(?:bye|goodbye|good night|see you)\b/i.test(asked) && short) {
    return vary(["Goodbye. What you told me is kept until you come back.", "See you. Take care."]);
  }
  return null;
}

function everythingKnown({ asked, memories }: Scene): string | null {
  const all = /\bwhat (?:do|did) you (?:know|remember|recall)(?: about me)?\s*\??$/i;
  if (!all.test(asked)) return null;
  if (memories.length === 0) return "Nothing has reached me from memory so far. Tell me something?";
  return ["This is what I recall:", "", ...memories.map((item) => `- ${told(item)}`)].join("\n");
}

function sample({ asked }: Scene): string | null {
  return showPiece(asked);
}

function fromMemory({ asked, memories, vary }: Scene): string | null {
  if (!isQuestion(asked) || memories.length === 0) return null;
  const past = /\b(?:used to|before|former(?:ly)?|previous(?:ly)?|back then|in the past)\b/i.test(
    asked,
  );
  const fitting = memories.filter((item) => past === (item.until !== undefined));
  const match = search(asked, fitting) ?? search(asked, memories);
  if (match) return told(match, asked);
  if (!/\b(?:I|my|me|mine|we|our)\b/i.test(asked)) return null;
  const first = memories[0]!;
  return vary([
    `I have no rule that answers this, but this came up from memory: ${told(first)}`,
    `I am not sure it answers your question, but here is what I recall: ${told(first)}`,
  ]);
}

function search(asked: string, memories: readonly MemoryBlockItem[]): MemoryBlockItem | null {
  // Of equals the last wins: a fact says it more plainly than a turn.
  const ordered = [...memories].sort((a, b) =>
    Number(a.kind === "fact") - Number(b.kind === "fact")
  );
  const match = bestMatch(asked, ordered.map((item) => ({ item, text: item.text })));
  return match && match.coverage >= ENOUGH ? match.item : null;
}

/** A memory in the second person, with the day it comes from. */
function told({ kind, text, date, author, until }: MemoryBlockItem, asked = ""): string {
  const day = longDate(date);
  if (kind === "turn") {
    if (author !== undefined) return `On ${day} ${author} said: “${text}”`;
    const said = sentencesOf(text);
    const match = bestMatch(asked, said.map((item) => ({ item, text: item })))?.item ?? text;
    if (isQuestion(match)) return `On ${day} you asked: “${match}”`;
    return `${sentence(firstToSecond(match))} You said so on ${day}.`;
  }
  const fact = sentence(thirdToSecond(text));
  if (until !== undefined) return `${fact} That was so until ${longDate(until)}.`;
  // A fact with a day of its own is dated by it, which need not be when it was told.
  return /\b(?:19|20)\d\d\b/.test(fact) ? fact : `${fact} You told me on ${day}.`;
}

function longDate(date: string): string {
  const time = new Date(date.slice(0, 10) + "T00:00:00Z");
  if (Number.isNaN(time.getTime())) return date;
  const options = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  return time.toLocaleDateString("en-GB", options);
}

function fromConversation({ asked, earlier }: Scene): string | null {
  if (!isQuestion(asked)) return null;
  const sentences = earlier.filter((text) => text !== asked).flatMap(sentencesOf)
    .filter((text) => !isQuestion(text));
  const match = bestMatch(asked, sentences.map((text) => ({ item: text, text })));
  if (!match || match.coverage < ENOUGH) return null;
  return `${sentence(firstToSecond(match.item))} You said so earlier in this conversation.`;
}

function forgetting({ asked }: Scene): string | null {
  const what = /^(?:please )?forget(?: that| about)?[,:]?\s+([^]+)$/i.exec(asked)?.[1];
  if (what === undefined) return null;
  return `Understood: you want this forgotten: ${lowerFirst(sentence(firstToSecond(what)))} ` +
    "What is kept about you is on the memory page, where you can take anything out.";
}

const JOKES = [
  "A memory walks into a bar. The bartender says: have I not seen you before?",
  "I know a joke about rules, but it has no exceptions.",
  "Why did the sentence go to school? To get a good full stop.",
];

function joke({ asked, vary }: Scene): string | null {
  return /\bjoke\b/i.test(asked) ? vary(JOKES) : null;
}

/** Words that open a statement and say nothing themselves. */
const OPENING =
  /^(?:please )?(?:(?:remember|note|know)(?: that)?|actually|by the way|also|well|and|so|no)[,:]?\s+/i;

function statement({ asked, vary }: Scene): string | null {
  const first = sentencesOf(asked).find((text) => /\b(?:I|I['’]m|my|we|our)\b/i.test(text));
  if (isQuestion(asked) || first === undefined) return null;
  const said = lowerFirst(sentence(firstToSecond(first.replace(OPENING, ""))));
  return vary([
    `Noted: ${said}`,
    `Noted: ${said} You can ask me about it later.`,
    `Noted: ${said} Is there more to it?`,
  ]);
}

function fallback({ asked, vary }: Scene): string {
  const start = isQuestion(asked)
    ? vary(["I do not know that.", "That is beyond my rules.", "I cannot answer that one."])
    : vary(["I read that, but I have no rule for it.", "I am not sure what to do with that."]);
  return `${start} ${ABOUT} ${CAN}\n\n${CONNECT}`;
}

function isQuestion(text: string): boolean {
  if (/\?\s*["”')]*$/.test(text)) return true;
  return /^(?:who|what|when|where|why|how|which|whose|do|does|did|is|are|am|was|were|can|could|will|would|should|tell me|remind me)\b/i
    .test(text);
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+|\n+/).map((part) => part.trim()).filter((part) => part !== "");
}
