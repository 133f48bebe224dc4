import type { JobHandler } from "@/lib/platform/outbox.ts";
import type { Memory } from "@/lib/memory/mod.ts";

/** Brings the searched turns of a person in line with their settings. */
export function indexTurns(services: { memory: Memory }): JobHandler {
  return (job) => services.memory.reconcileTurns(job.userId!);
}
