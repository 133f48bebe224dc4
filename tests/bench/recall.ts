/**
 * Measures retrieval on real conversations with known answers, and fails when a bar is missed:
 *
 *   deno run -A tests/bench/recall.ts --data DIR [--accept]
 *
 * DIR holds `*.json` files as `deno task recall` reads them, whose questions also have `category`
 * and `evidence`. Figures are kept by the hash of the data: a later run on the same data fails too
 * when one fell by more than 0.02. The data is not part of the product.
 */
import { z } from "zod";
import { conversationSchema, runRecall } from "@/lib/boot/recall_run.ts";
import { createEmbedder } from "@/lib/memory/mod.ts";
import { QUALITY_BARS as BARS, type QualityFigures } from "@/lib/memory/quality.ts";
import { RANKING_WEIGHTS_VERSION } from "@/lib/memory/ranking_weights.ts";
import { LEXICAL_MODEL, type ModelHost } from "@/lib/model/mod.ts";
import { sha256Hex } from "@/lib/platform/crypto.ts";
import { recallAt10, singleLists } from "../support/recall_set.ts";

const GOAL = 0.79;
/** The fall that counts as one (MEM-97). */
const FALL = 0.02;
const KEPT = new URL("recall.json", import.meta.url);
/** What the public status page shows (MEM-98). */
const SHOWN = new URL("../../lib/memory/quality.json", import.meta.url);

const schema = conversationSchema.extend({
  questions: z.array(z.object({
    id: z.string(),
    question: z.string(),
    category: z.string().default("none"),
    evidence: z.array(z.string()).default([]),
  })),
});

const encoder = new TextEncoder();
const say = (line: string) => void Deno.stdout.writeSync(encoder.encode(`${line}\n`));
const tell = (line: string) => void Deno.stderr.writeSync(encoder.encode(`${line}\n`));

const folder = Deno.args[Deno.args.indexOf("--data") + 1];
if (!Deno.args.includes("--data") || !folder) {
  tell("Say where the conversations are: --data DIR");
  Deno.exit(2);
}
const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
  .filter((name) => name.endsWith(".json")).sort();
const texts = names.map((name) => Deno.readTextFileSync(`${folder}/${name}`));
const conversations = texts.map((text) => schema.parse(JSON.parse(text)));

const lists = singleLists();
const run = await runRecall(conversations, {
  embedder: createEmbedder({ embedModel: "practice-embed", embedDim: 768 } as ModelHost),
  embedDim: 768,
  report: tell,
  found: lists.found,
});

const questions = conversations.flatMap((conversation) => conversation.questions)
  .filter(({ category }) => category !== "adversarial");
const of = (category: string) => questions.filter((question) => question.category === category);
const overall = recallAt10(questions, run);
const best = lists.best(questions);
const figures: Record<string, number> = {
  overall,
  ...Object.fromEntries(
    [...new Set(questions.map(({ category }) => category))].sort()
      .map((category) => [category, recallAt10(of(category), run)]),
  ),
  "gain over the best single list": overall - best,
};

const data = sha256Hex(texts.join("\n")).slice(0, 16);
const kept = await Deno.readTextFile(KEPT).then(
  (text) => JSON.parse(text) as Record<string, { at: string; figures: Record<string, number> }>,
  () => ({} as Record<string, { at: string; figures: Record<string, number> }>),
);
const before = kept[data]?.figures ?? {};
say(`data ${data}, weights ${RANKING_WEIGHTS_VERSION}, goal ${GOAL}`);
let missed = false;
for (const [name, value] of Object.entries(figures)) {
  const bar = BARS[name];
  const low = bar !== undefined && value < bar;
  const fell = before[name] !== undefined && value < before[name] - FALL;
  missed ||= low || fell;
  const words = [
    bar === undefined ? "" : `must ${bar}`,
    before[name] === undefined ? "" : `was ${before[name].toFixed(3)}`,
    low ? "MISSED" : "",
    fell ? "FELL" : "",
  ].filter(Boolean).join(", ");
  say(`${name.padEnd(32)} ${value.toFixed(3)}  ${words}`);
}
if (Deno.args.includes("--accept")) {
  kept[data] = { at: new Date().toISOString().slice(0, 10), figures };
  await Deno.writeTextFile(KEPT, JSON.stringify(kept, null, 2) + "\n");
  const shown: QualityFigures = {
    at: kept[data].at,
    data,
    conversations: conversations.length,
    questions: questions.length,
    configuration: { weights: RANKING_WEIGHTS_VERSION, embedder: LEXICAL_MODEL },
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1000) / 1000]),
    ),
  };
  await Deno.writeTextFile(SHOWN, JSON.stringify(shown, null, 2) + "\n");
}
Deno.exit(missed ? 1 : 0);
