export type { Found, FoundFact, FoundTurn, Recall, RecallRequest, ScorePart } from "./types.ts";
