export { createMemory, EMBED_JOB, type Memory, type MemoryDependencies } from "./service.ts";
export { memoryApi } from "./api.ts";
export type { MemoryView } from "./schema.ts";
export type { Found, FoundFact, FoundTurn, Recall, RecallRequest, ScorePart } from "./types.ts";
