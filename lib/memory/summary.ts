import type { Tx } from "@/lib/platform/database/mod.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { effectivePlan } from "@/lib/plans/mod.ts";
import { memoryBytes } from "./bytes.ts";
import type { Embedder } from "./embedder.ts";
import {
  type FactWriter,
  type MemoryDependencies,
  type NewFact,
  SUMMARISE_JOB,
} from "./fact_writer.ts";
import type { Inbox } from "./inbox.ts";
import { insertNotSaved, storedFact } from "./inbox_store.ts";
import { sameText } from "./normalise.ts";
import { type Consent, consentOf } from "./settings.ts";
import * as store from "./store.ts";
import { summariseByModel } from "./summary_model.ts";
import * as summaries from "./summary_store.ts";
import { extractSummary, type Statement, statementsOf, type Summary } from "./summary_text.ts";
import { PER_DAY } from "./write_gate.ts";

/** A conversation in which nothing was said for so long is summed up (MEM-13). */
const IDLE_MS = 60 * 60_000;
/** And a running one whenever so many turns have come. */
const EVERY_TURNS = 20;
const NOT_SAVED_MS = 30 * 24 * 60 * 60 * 1000;
const BATCH = 200;
/** What is gathered from several turns (MEM-23). */
const CONFIDENCE = 0.55;

/** What a summary may be made of. */
interface Material {
  statements: Statement[];
  consent: Consent;
  session: NonNullable<Awaited<ReturnType<typeof summaries.summarySession>>>;
  /** The messages that were looked at: what comes later waits for the next summary. */
  heard: readonly string[];
}

/**
 * Sums up conversations, each in one fact of the intermediate tier that is renewed as the
 * conversation goes on. It is made of the owner's own statements alone; no answer is read. What they
 * edited or locked stays as it is, and a summary they forgot is not made again.
 */
export function createSummaries(
  options: MemoryDependencies,
  { writer, inbox, embedder }: { writer: FactWriter; inbox: Inbox; embedder: Embedder },
) {
  const { db, clock, ids, outbox, usage } = options;

  /** Writes the job of a conversation; the same state of it is summed up once. */
  const queue = (tx: Tx, job: { userId: string; sessionId: string; stamp: string }) =>
    outbox.add(tx, {
      kind: SUMMARISE_JOB,
      key: `${SUMMARISE_JOB}:${job.sessionId}:${job.stamp}`,
      userId: job.userId,
      payload: { sessionId: job.sessionId },
    });

  /** What may be summed up now; null when nothing may. */
  async function materialOf(tx: Tx, userId: string, sessionId: string): Promise<Material | null> {
    const state = await summaries.summaryState(tx, sessionId);
    const session = await summaries.summarySession(tx, sessionId);
    if (!state || !session || state.declined) return null;
    const consent = await consentOf(tx, userId, clock.now());
    if (!session.memoryEnabled || consent.paused || consent.automatic === "off") return null;
    const heard = await summaries.heardMessages(tx, sessionId, state.heard);
    const statements = statementsOf(heard, {
      allowed: consent.allowed,
      recalled: await summaries.recalledTexts(tx, sessionId),
      ended: await summaries.endedWords(tx, state.heard),
    });
    const remembered = await withoutForgotten(tx, statements);
    return { statements: remembered, consent, session, heard: state.heard };
  }

  async function withoutForgotten(tx: Tx, statements: Statement[]): Promise<Statement[]> {
    const hashes = await Promise.all(statements.map(({ text }) => writer.hashesOf(text)));
    const times = await summaries.forgottenTimes(tx, hashes.flat());
    return statements.filter(({ createdAt }, at) =>
      !hashes[at]!.some((hash) => {
        const forgotten = times.get(hash.toHex());
        return forgotten !== undefined && createdAt <= forgotten;
      })
    );
  }

  /** The summary of a capable model when it can be trusted, else the one that stands alone. */
  async function write(
    { statements, session }: Material,
  ): Promise<{ summary: Summary | null; tokens: number }> {
    const plain = extractSummary(statements, session.timeZone);
    if (!plain || !options.capableModel || await usage.systemWaitMs() > 0) {
      return { summary: plain, tokens: 0 };
    }
    try {
      const { text, tokens } = await summariseByModel(options.model, statements, session.timeZone);
      const sourceMessageIds = [...new Set(statements.map(({ messageId }) => messageId))].slice(
        -50,
      );
      return { summary: text ? { text, sourceMessageIds } : plain, tokens };
    } catch {
      return { summary: plain, tokens: 0 };
    }
  }

  function factOf(summary: Summary, sessionId: string, from: Date): NewFact {
    return {
      type: "conversation",
      tier: "itm",
      source: "inferred",
      text: summary.text,
      sourceMessageIds: summary.sourceMessageIds,
      sessionId,
      confidence: CONFIDENCE,
      validFrom: from,
    };
  }

  const EMPTY = { quote: null, subject: null, attribute: null, value: null, tags: [] };
  const bytesOf = (fact: Pick<store.MemoryRow, "text" | "sourceMessageIds">) =>
    memoryBytes({ ...EMPTY, ...fact }, options.model.embedDim);

  async function keep(
    tx: Tx,
    owner: { userId: string; sessionId: string },
    { summary, material }: { summary: Summary; material: Material },
  ): Promise<void> {
    const { userId, sessionId } = owner;
    const existing = await summaries.findSummary(tx, sessionId);
    if (existing && (isOwners(existing) || sameText(existing.text) === sameText(summary.text))) {
      return;
    }
    const fact = factOf(summary, sessionId, material.statements[0]!.createdAt);
    const said = { userId, sessionId, messageId: summary.sourceMessageIds.at(-1)! };
    const refusal = await reasonAgainst(tx, { userId, fact, material, existing });
    if (refusal) {
      const now = clock.now();
      return await insertNotSaved(tx, {
        ...said,
        id: ids(),
        reason: refusal,
        text: summary.text,
        fact: storedFact(fact),
        createdAt: now,
        expiresAt: new Date(now.getTime() + NOT_SAVED_MS),
      });
    }
    if (existing) return await renew(tx, existing, summary);
    const full = await store.savedSince(tx, startOfUtcDay(clock.now())) >= PER_DAY;
    if (material.consent.automatic === "proposals" || full) {
      const reason = full ? "quota" : null;
      const asked = { ...said, op: "save" as const, fact, affects: [], reason, shield: false };
      return await inbox.propose(tx, asked);
    }
    await writer.insert(tx, userId, fact, "extraction");
  }

  async function reasonAgainst(
    tx: Tx,
    { userId, fact, material, existing }: {
      userId: string;
      fact: NewFact;
      material: Material;
      existing: store.MemoryRow | null;
    },
  ): Promise<"policy_invalid" | "quota" | null> {
    if (!(await options.policy.checkText(fact.text, "memory")).constitutionValid) {
      return "policy_invalid";
    }
    const plan = effectivePlan(material.session, clock.now());
    const bytes = bytesOf({ ...fact, sourceMessageIds: fact.sourceMessageIds ?? [] }) -
      (existing?.bytes ?? 0);
    try {
      if (bytes > 0) await usage.requireStorage(tx, { userId, plan, bytes });
      return null;
    } catch (error) {
      if (isProblem(error, "quota_exceeded")) return "quota";
      throw error;
    }
  }

  /** Nothing is left that may be summed up: what was edited away or forgotten is not kept so. */
  async function drop(tx: Tx, sessionId: string): Promise<void> {
    const existing = await summaries.findSummary(tx, sessionId);
    if (!existing || isOwners(existing)) return;
    await writer.forgetRow(tx, existing, "extraction", { tombstone: false, because: "source" });
  }

  /** The conversation went on: its summary says so, and lives seven days from now. */
  async function renew(tx: Tx, row: store.MemoryRow, summary: Summary): Promise<void> {
    const after = { ...row, ...summary };
    const bytes = bytesOf(after);
    const changed = await writer.change(tx, row, {
      patch: {
        ...summary,
        bytes,
        constitutionValid: true,
        embedding: embedder.local ? await embedder.embedDocument(writer.embedText(after)) : null,
        ...(row.tier === "itm" ? { expiresAt: writer.endOf(row), purgeAt: null } : {}),
      },
      action: "edit",
      actor: "extraction",
      reason: "the conversation went on",
    });
    await usage.recordStorage(tx, {
      userId: row.userId,
      operationId: ids(),
      bytes: bytes - row.bytes,
    });
    if (!embedder.local) await writer.queueEmbedding(tx, changed);
  }

  return {
    /** Notes that a message was read, and sums up after every twenty. */
    async hear(
      tx: Tx,
      message: { userId: string; sessionId: string; messageId: string },
    ): Promise<void> {
      const waiting = await summaries.hear(tx, { ...message, at: clock.now() });
      if (waiting > 0 && waiting % EVERY_TURNS === 0) {
        await queue(tx, { ...message, stamp: message.messageId });
      }
    },

    /** Writes jobs for the conversations that came to rest; returns how many. */
    async queueIdle(): Promise<number> {
      const since = new Date(clock.now().getTime() - IDLE_MS);
      let total = 0;
      for (;;) {
        const queued = await db.asSystem("memory: summaries", async (tx) => {
          const due = await summaries.idleConversations(tx, { since, limit: BATCH });
          for (const { last, ...owner } of due) await queue(tx, { ...owner, stamp: last });
          return due.length;
        });
        total += queued;
        if (queued < BATCH) break;
      }
      if (total > 0) outbox.wake();
      return total;
    },

    /** Sums up a conversation; running it again without anything new changes nothing. */
    async summarise(userId: string, { sessionId }: { sessionId: string }): Promise<void> {
      const before = await db.asUser(userId, (tx) => materialOf(tx, userId, sessionId));
      // The host is asked outside of any transaction; memory may be turned off meanwhile.
      const made = before ? await write(before) : { summary: null, tokens: 0 };
      await db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
        if (made.tokens > 0) {
          await usage.recordSystem(tx, {
            userId,
            operationId: ids(),
            tokens: made.tokens,
            metadata: { feature: "summary", model: options.model.judgeModel },
          });
        }
        const now = await materialOf(tx, userId, sessionId);
        const said = new Set(now?.statements.map(({ messageId }) => messageId));
        const { summary } = made;
        // Forgotten or edited away while the host was thinking: the next job knows.
        if (now && summary?.sourceMessageIds.every((id) => said.has(id))) {
          await keep(tx, { userId, sessionId }, { summary, material: now });
        } else if (now && !summary) {
          await drop(tx, sessionId);
        }
        if (!now || now.heard.at(-1) === before?.heard.at(-1)) {
          await summaries.settleSummary(tx, sessionId);
        }
      });
      outbox.wake();
    },
  };
}

/** Whether its owner took a summary into their own hands (MEM-25). */
function isOwners(row: store.MemoryRow): boolean {
  return row.locked || row.pinned || row.anchor;
}

function startOfUtcDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}
