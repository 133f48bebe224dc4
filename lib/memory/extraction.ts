import type { Tx } from "@/lib/platform/database/mod.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { effectivePlan } from "@/lib/plans/mod.ts";
import { memoryBytes } from "./bytes.ts";
import { type Candidate, extractCandidates } from "./extract.ts";
import { extractByModel, type ModelExtraction } from "./extract_model.ts";
import { sameText } from "./normalise.ts";
import {
  confirmed,
  type FactWriter,
  type MemoryDependencies,
  type NewFact,
} from "./fact_writer.ts";
import type { Inbox } from "./inbox.ts";
import { insertNotSaved, storedFact } from "./inbox_store.ts";
import { likeFacts } from "./likeness.ts";
import { type Consent, consentOf } from "./settings.ts";
import * as store from "./store.ts";
import { hasHiddenCharacters, looksLikeCommand, looksPasted } from "./taint.ts";
import { decideWrite, type GateContext, type GateReason } from "./write_gate.ts";

const NOT_SAVED_MS = 30 * 24 * 60 * 60 * 1000;
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
export function createExtraction(
  options: MemoryDependencies,
  { writer, inbox, hear }: {
    writer: FactWriter;
    inbox: Inbox;
    /** Learns of each message that was read. */
    hear: (
      tx: Tx,
      message: { userId: string; sessionId: string; messageId: string },
    ) => Promise<void>;
  },
) {
  const { db, clock, ids, metrics } = options;
  const gate = metrics.counter("memory_gate_total", "Decisions of the write gate", [
    "decision",
    "reason",
  ]);

  return async (
    userId: string,
    source: { messageId: string; sessionId: string },
  ): Promise<void> => {
    const read = await db.asUser(userId, async (tx) => {
      const message = await store.sourceMessage(tx, source.messageId);
      if (!message?.remember || message.memoryMode !== "on" || message.temporary) return null;
      if (!message.memoryEnabled || (await consentOf(tx, userId, clock.now())).paused) return null;
      return { message, people: await store.knownPeople(tx, clock.now()) };
    });
    if (!read) return;
    const ruled = byRules(read.message, read.people);
    // The host is asked outside of any transaction; memory may be turned off meanwhile.
    const byModel = await askModel(read.message, ruled);
    await db.asUser(userId, async (tx) => {
      const [, message] = await Promise.all([
        store.lockFacts(tx, userId),
        store.sourceMessage(tx, source.messageId),
      ]);
      if (!message?.remember || message.memoryMode !== "on" || message.temporary) return;
      const consent = await consentOf(tx, userId, clock.now());
      if (consent.paused) return;
      if (byModel.tokens > 0) {
        await options.usage.recordSystem(tx, {
          userId,
          operationId: source.messageId,
          tokens: byModel.tokens,
          metadata: { feature: "extraction", model: options.model.judgeModel },
        });
      }
      if (consent.automatic !== "off") await hear(tx, { userId, ...source });
      const recalled = await store.recalledInto(tx, source.messageId);
      const tainted = hasHiddenCharacters(message.content) || looksPasted(message.content);
      for (const candidate of [...ruled, ...byModel.candidates]) {
        await take(tx, {
          userId,
          source,
          candidate,
          message,
          consent,
          recalled,
          tainted: tainted || looksLikeCommand(`${candidate.text} ${candidate.quote}`),
        });
      }
    });
  };

  function byRules(
    message: store.SourceMessage,
    people: ReadonlyMap<string, string>,
  ): Candidate[] {
    return extractCandidates(message.content, {
      now: message.createdAt,
      timeZone: message.timeZone,
      userName: message.displayName,
      people,
    });
  }

  /** What a capable model finds beside the rules; without one, or when it fails, the rules stand alone. */
  async function askModel(
    message: store.SourceMessage,
    known: readonly Candidate[],
  ): Promise<ModelExtraction> {
    if (!options.capableModel) return { candidates: [], tokens: 0 };
    // Beyond the day's tokens of the product itself the rules stand alone (USE-6).
    if (await options.usage.systemWaitMs() > 0) return { candidates: [], tokens: 0 };
    try {
      return await extractByModel(options.model, message.content, {
        now: message.createdAt,
        known,
      });
    } catch {
      gate.add(1, { decision: "not_saved", reason: "extractor_failed" });
      return { candidates: [], tokens: 0 };
    }
  }

  interface Taking {
    userId: string;
    source: { messageId: string; sessionId: string };
    candidate: Candidate;
    message: store.SourceMessage;
    consent: Consent;
    recalled: readonly string[];
    tainted: boolean;
  }

  async function take(tx: Tx, taking: Taking): Promise<void> {
    const { candidate } = taking;
    if (candidate.op === "forget") return await forget(tx, taking);
    const known = await store.comparableFacts(tx, {
      ...candidate,
      text: sameText(candidate.text),
      now: clock.now(),
    });
    const decision = decideWrite(candidate, await gateContext(tx, taking, known));
    const same = known.find((row) => row.id === decision.duplicateOf);
    if (same) return await confirm(tx, same, taking);
    if (decision.decision === "propose") {
      gate.add(1, { decision: "propose", reason: decision.reason ?? "none" });
      return await inbox.propose(tx, {
        userId: taking.userId,
        sessionId: taking.source.sessionId,
        messageId: taking.source.messageId,
        op: "save",
        fact: factOf(taking),
        affects: decision.supersedes,
        reason: decision.reason,
        shield: taking.tainted,
      });
    }
    if (decision.decision === "not_saved") {
      return await noteNotSaved(tx, taking, decision.reason ?? "opted_out");
    }
    await save(tx, taking, known.filter(({ id }) => decision.supersedes.includes(id)));
  }

  /** Stores a fact, unless one that only words differently says it already (MEM-38). */
  async function save(tx: Tx, taking: Taking, replaced: store.MemoryRow[]): Promise<void> {
    const fact = factOf(taking);
    const whole = { ...EMPTY, ...fact };
    const vector = await writer.vectorAtOnce(whole);
    const alike = vector ? await likeFacts(tx, whole, { vector, now: clock.now() }) : [];
    const same = alike.find(({ kind }) => kind === "same")?.fact;
    if (same && replaced.length === 0) return await confirm(tx, same, taking);
    const row = await writer.insert(tx, taking.userId, fact, "extraction", vector);
    await store.deleteTombstone(tx, await writer.hashesOf(row.text));
    for (const former of replaced) await writer.supersede(tx, former, row, "extraction");
    await inbox.relate(
      tx,
      row,
      alike.filter(({ fact }) => !replaced.some(({ id }) => id === fact.id)),
    );
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
      settings: { enabled: message.memoryEnabled, ...taking.consent },
      tainted: taking.tainted,
      recalled: taking.recalled,
      policyValid: policy.constitutionValid,
      known,
      forgottenAt: await store.forgottenAt(tx, await writer.hashesOf(candidate.text)),
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
    if (row.locked) return;
    const sourceMessageIds = [...row.sourceMessageIds, source.messageId];
    const bytes = memoryBytes({ ...row, sourceMessageIds }, options.model.embedDim);
    await writer.change(tx, row, {
      patch: {
        confidence: confirmed(row.confidence),
        sourceMessageIds,
        bytes,
      },
      action: "confirm",
      actor: "extraction",
    });
    await options.usage.recordStorage(tx, {
      userId: row.userId,
      operationId: ids(),
      bytes: bytes - row.bytes,
    });
  }

  async function forget(tx: Tx, taking: Taking): Promise<void> {
    const { candidate } = taking;
    const rows = (await store.matchingFacts(tx, {
      text: candidate.value ?? candidate.text,
      now: clock.now(),
      limit: MAX_FORGOTTEN,
    }))
      .filter((row) => !row.locked);
    if (rows.length === 0) return;
    if (taking.tainted) {
      gate.add(1, { decision: "propose", reason: "tainted_source" });
      return await inbox.propose(tx, {
        userId: taking.userId,
        sessionId: taking.source.sessionId,
        messageId: taking.source.messageId,
        op: "forget",
        fact: factOf(taking),
        affects: rows.map((row) => row.id),
        reason: "tainted_source",
        shield: true,
      });
    }
    for (const row of rows) await writer.forgetRow(tx, row, "extraction");
    gate.add(1, { decision: "forget", reason: "asked" });
  }

  async function noteNotSaved(
    tx: Tx,
    taking: Taking,
    reason: GateReason,
  ): Promise<void> {
    gate.add(1, { decision: "not_saved", reason });
    const { userId, source, candidate } = taking;
    const now = clock.now();
    // A secret is not kept anywhere, not even among what was not kept.
    const secret = reason === "credential";
    await insertNotSaved(tx, {
      id: ids(),
      userId,
      ...source,
      reason,
      text: secret ? "" : candidate.text,
      fact: secret ? null : storedFact(factOf(taking)),
      createdAt: now,
      expiresAt: new Date(now.getTime() + NOT_SAVED_MS),
    });
  }
}

function startOfUtcDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}
