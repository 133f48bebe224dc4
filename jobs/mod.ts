import { type JobHandler, PostponedJob } from "@/lib/platform/outbox.ts";
import { every } from "@/lib/platform/clock.ts";
import { errorFields } from "@/lib/platform/log.ts";
import { ERASE_JOB, EXTRACT_JOB, TITLE_JOB } from "@/lib/chat/mod.ts";
import { EMBED_JOB, EMBED_TURN_JOB, INDEX_TURNS_JOB, SUMMARISE_JOB } from "@/lib/memory/mod.ts";
import { ERASE_ACCOUNT_JOB, EXPORT_JOB, MAIL_JOB, RESET_JOB } from "@/lib/accounts/mod.ts";
import type { Services } from "@/lib/boot/services.ts";
import { embedMemory } from "./embed_memory.ts";
import { embedTurn } from "./embed_turn.ts";
import { eraseTemporary } from "./erase_temporary.ts";
import { extractMemories } from "./extract_memories.ts";
import { indexTurns } from "./index_turns.ts";
import { nameConversation } from "./name_conversation.ts";
import { summariseConversation } from "./summarise_conversation.ts";

const MINUTE = 60_000;

/** The handler of every kind of queued job. */
export function jobHandlers(services: Services): Record<string, JobHandler> {
  const { accounts } = services;
  /** Work for somebody who is suspended waits until they are not. */
  const forActive = (handler: JobHandler): JobHandler => async (job) => {
    if (job.userId && !await accounts.isActive(job.userId)) throw new PostponedJob(10 * MINUTE);
    await handler(job);
  };
  /** Work that spends the product's own tokens waits for the next day when they are used up. */
  const withinTokens = (handler: JobHandler): JobHandler => async (job) => {
    const waitMs = await services.usage.systemWaitMs();
    if (waitMs > 0) throw new PostponedJob(waitMs);
    await handler(job);
  };
  return {
    [EXTRACT_JOB]: forActive(extractMemories(services)),
    [EMBED_JOB]: forActive(withinTokens(embedMemory(services))),
    [EMBED_TURN_JOB]: forActive(withinTokens(embedTurn(services))),
    [INDEX_TURNS_JOB]: indexTurns(services),
    [SUMMARISE_JOB]: forActive(summariseConversation(services)),
    [TITLE_JOB]: forActive(nameConversation(services)),
    [ERASE_JOB]: eraseTemporary(services),
    ...services.billing.handlers(),
    [MAIL_JOB]: (job) => accounts.mails.send(job),
    [RESET_JOB]: (job) => accounts.passwords.sendReset(job),
    [EXPORT_JOB]: (job) => accounts.exports.build(job),
    [ERASE_ACCOUNT_JOB]: (job) => accounts.erasure.erase(job),
  };
}

/** Work that comes round by itself; the returned function ends it. */
export function startTimers(services: Services): () => void {
  const { clock, log } = services;
  const timer = (ms: number, name: string, work: () => Promise<unknown>) =>
    every(clock, ms, async () => {
      try {
        await work();
      } catch (error) {
        log.warn("timer.failed", "A recurring task failed and will be tried again", {
          name,
          ...errorFields(error),
        });
      }
    });
  const tidy = () =>
    services.db.maintain().catch((error) => {
      log.warn("timer.failed", "The database could not be tidied", errorFields(error));
    });
  const stops = [
    // Soon after the start, when the first requests have been served, and then now and then.
    clock.after(10 * MINUTE, () => void tidy()),
    timer(360 * MINUTE, "tidy the database", tidy),
    timer(15_000, "recover turns", () => services.chat.turns.recover({ all: false })),
    timer(MINUTE, "release lost holds", () => services.usage.releaseLost()),
    timer(MINUTE, "usage figures", () => services.usage.observe()),
    timer(60 * MINUTE, "compare balances with the ledger", () => services.usage.checkBalances()),
    timer(60 * MINUTE, "forget ended holds", () => services.usage.forgetEnded()),
    services.entitlements.start(),
    timer(60 * MINUTE, "empty the trash", () => services.chat.library.purgeTrash()),
    timer(MINUTE, "mails at the ends of trials", () => services.billing.boundaries.run()),
    timer(MINUTE, "figures of payments", () => services.billing.reconcile.observe()),
    timer(
      60 * MINUTE,
      "compare with the payment provider",
      () => services.billing.reconcile.run({ cause: "hourly" }),
    ),
    timer(60 * MINUTE, "forget old trials", () => services.trials.forget()),
    timer(60 * MINUTE, "periods of test payments", async () => {
      await services.billing.testPayments?.tick();
    }),
    timer(MINUTE, "count calls of services", () => services.accounts.serviceAccess.flushUses()),
    timer(5 * MINUTE, "erase closed accounts", () => services.accounts.erasure.queueDue()),
    timer(MINUTE, "remove lost second steps", () => services.accounts.recovery.run()),
    timer(60 * MINUTE, "remove what had its time", () => services.accounts.retention.run()),
    timer(60 * MINUTE, "rotate signing keys", async () => {
      await services.userKeys.tend();
      await services.serviceKeys.tend();
    }),
    timer(60 * MINUTE, "move and purge memories", () => services.memory.night()),
    timer(5 * MINUTE, "sum up conversations at rest", () => services.memory.summariseIdle()),
    timer(10 * MINUTE, "make vectors anew", () => reembed(services)),
    timer(10 * MINUTE, "figures of memory", () => services.memory.observe()),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Steps of making vectors anew, until all are of the present model or the host is away. */
async function reembed({ memory, usage }: Services): Promise<void> {
  while (await usage.systemWaitMs() === 0 && await memory.reembed() > 0);
}
