import { lexicalEmbedding } from "@/lib/model/lexical_embedder.ts";
import { createModelHost } from "@/lib/model/host.ts";
import { createPolicy } from "@/lib/policy/mod.ts";
import { BENIGN } from "@/lib/policy/testdata/benign.ts";
import { systemClock } from "@/lib/platform/clock.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { type Summary, summary } from "./stats.ts";

/** What is computed on the way of a turn without database or model; all in milliseconds. */
export interface RulesFigures {
  /** Pre-check of a message of 10,000 characters (POL-20). */
  policy: Summary;
  /** A lexical embedding, by 1,000 characters (MEM-65). */
  embedding: Summary;
  /** A call while the breaker of the model host is open (CHT-75). */
  refusal: Summary;
}

/** 10,000 characters of what people write, each time begun elsewhere. */
function longMessage(n: number): string {
  const lines = [...BENIGN.slice(n % BENIGN.length), ...BENIGN];
  return Array.from({ length: 6 }, () => lines.join(". ")).join(" ").slice(0, 10_000);
}

/** Measures each alone, after a warm-up. */
export async function measureRules(rounds: number): Promise<RulesFigures> {
  const metrics = createMetrics();
  const ids = uuidV7Source(systemClock, secureRandom);
  const policy = createPolicy({ clock: systemClock, ids, metrics });
  const checks = await times(rounds, (n) => policy.checkMessage(longMessage(n)));
  const embeddings = await times(rounds, (n) => lexicalEmbedding(longMessage(n)));
  const host = createModelHost({
    baseUrl: "http://127.0.0.1:9",
    chatModel: "practice",
    embedModel: "practice-embed",
    embedDim: 768,
    token: () => Promise.resolve("none"),
    fetch: () => Promise.reject(new TypeError("Nobody listens")),
    clock: systemClock,
    random: secureRandom,
    metrics,
    log: silentLog,
  });
  const call = async () => {
    const request = { messages: [{ role: "user" as const, content: "Hello" }], maxTokens: 10 };
    try {
      for await (const _ of host.chat(request)) break;
    } catch {
      return;
    }
    throw new Error("A host that is away has answered");
  };
  for (let n = 0; n < 5; n++) await call();
  const refusals = await times(rounds, call);
  return {
    policy: summary(checks),
    embedding: summary(embeddings.map((ms) => ms / 10)),
    refusal: summary(refusals),
  };
}

async function times(rounds: number, work: (n: number) => unknown): Promise<number[]> {
  const list: number[] = [];
  for (let n = -20; n < rounds; n++) {
    const started = performance.now();
    await work(n + 20);
    if (n >= 0) list.push(performance.now() - started);
  }
  return list;
}
