import type { Tx } from "@/lib/platform/database/mod.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { effectivePlan } from "@/lib/plans/mod.ts";
import { memoryBytes } from "./bytes.ts";
import { type Candidate, extractCandidates } from "./extract.ts";
import { sameText } from "./normalise.ts";
import type { FactWriter, MemoryDependencies, NewFact } from "./fact_writer.ts";
import * as store from "./store.ts";
import { decideWrite, type GateContext, type GateReason } from "./write_gate.ts";

const NOT_SAVED_MS = 30 * 24 * 60 * 60 * 1000;
/** A repeated statement raises confidence by this, up to the cap (MEM-24). */
const CONFIRMED = { step: 0.1, cap: 0.99 };
/** "Forget that …" drops at most so many facts at once. */
const MAX_FORGOTTEN = 5;
/** The parts of a fact that most facts do not have. */
const EMPTY = {
  quote: null,
  subject: null,
  attribute: null,
  value: null,
  tags: [],
  sourceMessageIds: [],
};

/**
 * Takes facts out of one message of a person. Only their own typed words are read; whatever is
 * not kept is noted with one reason. Running it twice changes nothing: a fact that is there is
 * confirmed once per message.
 */
export function createExtraction(options: MemoryDependencies, writer: FactWriter) {
  const { db, clock, ids, metrics } = options;
  const gate = metrics.counter("memory_gate_total", "Decisions of the write gate", [
    "decision",
    "reason",
  ]);

  return async (
    userId: string,
    source: { messageId: string; sessionId: string },
  ): Promise<void> => {
    await db.asUser(userId, async (tx) => {
      const message = await store.sourceMessage(tx, source.messageId);
      if (!message?.remember || message.memoryMode !== "on" || message.temporary) return;
      const candidates = extractCandidates(message.content, {
        now: message.createdAt,
        timeZone: message.timeZone,
        userName: message.displayName,
      });
      for (const candidate of candidates) await take(tx, { userId, source, candidate, message });
    });
  };

  interface Taking {
    userId: string;
    source: { messageId: string; sessionId: string };
    candidate: Candidate;
    message: store.SourceMessage;
  }

  async function take(tx: Tx, taking: Taking): Promise<void> {
    const { candidate } = taking;
    if (candidate.op === "forget") return await forget(tx, taking);
    const known = await store.comparableFacts(tx, { ...candidate, text: sameText(candidate.text) });
    const decision = decideWrite(candidate, await gateContext(tx, taking, known));
    const same = known.find((row) => row.id === decision.duplicateOf);
    if (same) return await confirm(tx, same, taking);
    // Proposals wait for an answer; until there is a place to answer them they are noted as not
    // saved, where the person can see them and add them by hand.
    if (decision.decision !== "save") {
      return await noteNotSaved(tx, taking, decision.reason ?? "opted_out");
    }
    const row = await writer.insert(tx, taking.userId, factOf(taking), "extraction");
    await store.deleteTombstone(tx, await writer.hashOf(candidate.text));
    for (const former of known.filter(({ id }) => decision.supersedes.includes(id))) {
      await writer.supersede(tx, former, row);
    }
    gate.add(1, { decision: "save", reason: "none" });
  }

  async function gateContext(
    tx: Tx,
    taking: Taking,
    known: store.MemoryRow[],
  ): Promise<GateContext> {
    const { candidate, message } = taking;
    const policy = await options.policy.checkText(candidate.text, "memory");
    return {
      temporary: message.temporary,
      memoryMode: message.memoryMode,
      remember: message.remember,
      settings: { enabled: message.memoryEnabled, automatic: "on", allowed: [] },
      tainted: false,
      recalled: [],
      policyValid: policy.constitutionValid,
      known,
      forgottenAt: await store.forgottenAt(tx, await writer.hashOf(candidate.text)),
      statedAt: message.createdAt,
      hasRoom: await hasRoom(tx, taking),
      savedToday: await store.savedSince(tx, startOfUtcDay(clock.now())),
    };
  }

  async function hasRoom(tx: Tx, taking: Taking): Promise<boolean> {
    const plan = effectivePlan(taking.message, clock.now());
    const bytes = memoryBytes({ ...EMPTY, ...factOf(taking) }, options.model.embedDim);
    try {
      await options.usage.requireStorage(tx, { userId: taking.userId, plan, bytes });
      return true;
    } catch (error) {
      if (isProblem(error, "quota_exceeded")) return false;
      throw error;
    }
  }

  function factOf({ candidate, message, source }: Taking): NewFact {
    return {
      type: candidate.type,
      tier: "itm",
      source: "first_hand",
      text: candidate.text,
      quote: candidate.quote,
      sourceMessageIds: [source.messageId],
      sessionId: source.sessionId,
      subject: candidate.subject,
      attribute: candidate.attribute,
      value: candidate.value,
      confidence: candidate.confidence,
      tags: candidate.tags,
      validFrom: candidate.validFrom ?? message.createdAt,
      validTo: candidate.validTo,
    };
  }

  /** The same statement again: it gains the source and confidence, once per message. */
  async function confirm(tx: Tx, row: store.MemoryRow, { source }: Taking): Promise<void> {
    gate.add(1, { decision: "not_saved", reason: "duplicate" });
    if (row.sourceMessageIds.includes(source.messageId)) return;
    await store.updateMemory(tx, row.id, {
      confidence: Math.min(CONFIRMED.cap, row.confidence + CONFIRMED.step),
      sourceMessageIds: [...row.sourceMessageIds, source.messageId],
      updatedAt: clock.now(),
    });
  }

  async function forget(tx: Tx, { candidate }: Taking): Promise<void> {
    const rows = await store.matchingFacts(tx, candidate.value ?? candidate.text, MAX_FORGOTTEN);
    for (const row of rows) if (!row.locked) await writer.forgetRow(tx, row, "extraction");
    gate.add(1, { decision: "forget", reason: "asked" });
  }

  async function noteNotSaved(
    tx: Tx,
    { userId, source, candidate }: Taking,
    reason: GateReason,
  ): Promise<void> {
    gate.add(1, { decision: "not_saved", reason });
    const now = clock.now();
    await store.insertNotSaved(tx, {
      id: ids(),
      userId,
      ...source,
      reason,
      // A secret is not kept anywhere, not even among what was not kept.
      text: reason === "credential" ? "" : candidate.text,
      at: now,
      expiresAt: new Date(now.getTime() + NOT_SAVED_MS),
    });
  }
}

function startOfUtcDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}
