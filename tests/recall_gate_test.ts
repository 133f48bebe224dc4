import { expect } from "expect";
import { createEmbedder } from "@/lib/memory/mod.ts";
import type { ModelHost } from "@/lib/model/mod.ts";
import { runRecall } from "@/lib/boot/recall_run.ts";
import { recallAt10, recallSet } from "./support/recall_set.ts";

/** What the ranking reached when it was last changed on purpose. */
const REACHED = 0.833;

Deno.test("[MEM-97] the ranking has not fallen back by more than 0.02 on the conversation kept for it", async () => {
  const conversation = recallSet();
  const embedder = createEmbedder({ embedModel: "practice-embed", embedDim: 768 } as ModelHost);
  const run = await runRecall([conversation], { embedder, embedDim: 768, report: () => {} });
  const reached = recallAt10(conversation.questions, run);
  expect(reached).toBeGreaterThanOrEqual(REACHED - 0.02);
});
