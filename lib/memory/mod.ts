export { createMemory, type Memory } from "./service.ts";
export { EMBED_JOB, type MemoryDependencies } from "./fact_writer.ts";
export { memoryApi } from "./api.ts";
export type { MemoryView } from "./schema.ts";
export type { Found, FoundFact, FoundTurn, Recall, RecallRequest, ScorePart } from "./types.ts";
export { createRecall, type SearchRequest, type SearchResult } from "./recall.ts";
export { createEmbedder, type Embedder } from "./embedder.ts";
export { indexSession, storeTurnVectors } from "./turn_index.ts";
export { EMBED_TURN_JOB } from "./turn_vectors.ts";
