import { expect } from "expect";
import { createEmbedder } from "@/lib/memory/mod.ts";
import type { ModelHost } from "@/lib/model/mod.ts";
import { runRecall } from "@/lib/boot/recall_run.ts";
import { QUALITY_BARS, qualityFigures } from "@/lib/memory/quality.ts";
import { RANKING_WEIGHTS_VERSION } from "@/lib/memory/ranking_weights.ts";
import { recallAt10, recallSet, singleLists } from "./support/recall_set.ts";

/** What the ranking reached when it was last changed on purpose. */
const REACHED = 0.833;

Deno.test("[MEM-97] the ranking keeps what it reached on the conversation kept for it, below no list alone", async () => {
  const conversation = recallSet();
  const embedder = createEmbedder({ embedModel: "practice-embed", embedDim: 768 } as ModelHost);
  const { found, best } = singleLists();
  const options = { embedder, embedDim: 768, report: () => {}, found };
  const reached = recallAt10(conversation.questions, await runRecall([conversation], options));
  expect(reached).toBeGreaterThanOrEqual(REACHED - 0.02);
  // Made-up questions are easy for words alone; how much is gained is measured on real ones.
  expect(reached).toBeGreaterThanOrEqual(best(conversation.questions));
});

Deno.test("[MEM-90] [MEM-91] the latest figures on real conversations reach every bar, with these weights", () => {
  const { figures, configuration } = qualityFigures();
  for (const [name, bar] of Object.entries(QUALITY_BARS)) {
    expect([name, figures[name]! >= bar]).toEqual([name, true]);
  }
  // Who changes the ranking measures it anew: deno task bench:recall --data DIR --accept
  expect(configuration.weights).toBe(RANKING_WEIGHTS_VERSION);
});
