import { createHash } from "node:crypto";
import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { conflict, notFound } from "@/lib/platform/problem.ts";
import type { EffectivePlan } from "@/lib/plans/mod.ts";
import { memoryBytes } from "./bytes.ts";
import type { FactWriter, MemoryDependencies, NewFact } from "./fact_writer.ts";
import * as inbox from "./inbox_store.ts";
import type { Likeness } from "./likeness.ts";
import { sameText } from "./normalise.ts";
import type {
  ContradictionView,
  MemoryView,
  NotSavedView,
  Page,
  ProposalView,
  ResolveContradiction,
} from "./schema.ts";
import * as store from "./store.ts";
import { memoryView } from "./views.ts";

/** A proposal waits for so long. */
const PROPOSAL_MS = 14 * 24 * 60 * 60 * 1000;
/** A contradiction that nobody resolved costs the older fact this much (MEM-24). */
const DOUBT = 0.2;

/** Who asks. */
export interface Owner {
  userId: string;
  effectivePlan: EffectivePlan;
}

/** The inbox of memory. */
export type Inbox = ReturnType<typeof createInbox>;

/** What waits for its owner's word: proposals, things not saved, contradictions. */
export function createInbox(dependencies: MemoryDependencies, writer: FactWriter) {
  const { db, clock, ids, usage, outbox, cursorKey } = dependencies;

  /** One page of a list that is read by offset. */
  async function paged<Row, View>(
    userId: string,
    request: { name: string; limit: number; cursor?: string | undefined },
    read: {
      rows: (tx: Tx, page: { limit: number; offset: number; now: Date }) => Promise<Row[]>;
      view: (tx: Tx, rows: Row[]) => Promise<View[]> | View[];
    },
  ): Promise<Page<View>> {
    const scope = `memory ${request.name} ${userId}`;
    return await db.asUser(userId, async (tx) => {
      const { cursor, limit } = request;
      const offset = cursor ? Number((await readCursor(cursorKey, scope, cursor))[0]) : 0;
      const rows = await read.rows(tx, { limit: limit + 1, offset, now: clock.now() });
      const items = await read.view(tx, rows.slice(0, limit));
      const more = rows.length > limit;
      return {
        items,
        nextCursor: more ? await signCursor(cursorKey, scope, [String(offset + limit)]) : null,
      };
    });
  }

  async function proposalViews(tx: Tx, rows: inbox.ProposalRow[]): Promise<ProposalView[]> {
    const known = await store.findMemories(tx, rows.flatMap((row) => row.affects));
    const texts = new Map(known.map(({ id, text }) => [id, text]));
    return rows.map(({ fact, ...row }) => ({
      id: row.id,
      op: row.op,
      type: fact.type,
      text: fact.text,
      quote: fact.quote ?? null,
      subject: fact.subject ?? null,
      attribute: fact.attribute ?? null,
      value: fact.value ?? null,
      tags: fact.tags ?? [],
      reason: row.reason,
      shield: row.shield,
      sourceMessageId: row.messageId,
      sessionId: row.sessionId,
      affects: row.affects.flatMap((id) => texts.has(id) ? [{ id, text: texts.get(id)! }] : []),
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
    }));
  }

  /** Stores a fact that its owner agreed to, and what follows from it. */
  async function save(
    tx: Tx,
    owner: Owner,
    { fact, supersedes }: { fact: NewFact; supersedes: readonly string[] },
  ): Promise<store.MemoryRow> {
    const same = await store.findSame(tx, {
      text: sameText(fact.text),
      subject: fact.subject ?? null,
      attribute: fact.attribute ?? null,
      value: fact.value ?? null,
      now: clock.now(),
    });
    if (same) return same;
    const empty = { quote: null, subject: null, attribute: null, value: null };
    const bytes = memoryBytes(
      { ...empty, tags: [], sourceMessageIds: [], ...fact },
      dependencies.model.embedDim,
    );
    await usage.requireStorage(tx, { userId: owner.userId, plan: owner.effectivePlan, bytes });
    await store.deleteTombstone(tx, await writer.hashesOf(fact.text));
    const row = await writer.insert(tx, owner.userId, fact, "user");
    for (const former of await store.findMemories(tx, supersedes)) {
      if (!former.deletedAt && !former.supersededAt) {
        await writer.supersede(tx, former, row, "user");
      }
    }
    return row;
  }

  async function accept(tx: Tx, owner: Owner, row: inbox.ProposalRow): Promise<MemoryView | null> {
    if (row.op === "save") {
      const fact = { ...inbox.factFrom(row.fact), tier: "ltm" as const };
      return memoryView(await save(tx, owner, { fact, supersedes: row.affects }));
    }
    const affected = (await store.findMemories(tx, row.affects)).filter((fact) => !fact.deletedAt);
    if (row.op === "forget") {
      for (const fact of affected) await writer.forgetRow(tx, fact, "user");
      return null;
    }
    const [kept, ...others] = affected.sort((a, b) =>
      a.createdAt.getTime() - b.createdAt.getTime()
    );
    if (!kept) throw notFound();
    for (const other of others) await writer.merge(tx, { kept, other, actor: "user" });
    return memoryView((await store.findMemory(tx, kept.id))!);
  }

  async function contradictionViews(
    tx: Tx,
    rows: inbox.ContradictionRow[],
  ): Promise<ContradictionView[]> {
    const facts = await store.findMemories(tx, rows.flatMap((row) => [row.olderId, row.newerId]));
    const views = new Map(facts.map((row) => [row.id, memoryView(row)]));
    return rows.flatMap((row) => {
      const older = views.get(row.olderId);
      const newer = views.get(row.newerId);
      if (!older || !newer) return [];
      return [{ id: row.id, older, newer, createdAt: row.createdAt.toISOString() }];
    });
  }

  async function settle(
    tx: Tx,
    pair: { older: store.MemoryRow; newer: store.MemoryRow },
    request: ResolveContradiction,
  ): Promise<void> {
    const { older, newer } = pair;
    if (request.answer === "keep_new") await writer.supersede(tx, older, newer, "user");
    if (request.answer === "keep_old") await writer.forgetRow(tx, newer, "user");
    if (request.answer === "neither") {
      for (const row of [older, newer]) await writer.forgetRow(tx, row, "user");
    }
    if (request.answer !== "both_true") return;
    // Both were true, one after the other: the dates say when.
    const until = request.olderValidTo ?? null;
    const from = request.newerValidFrom ?? until;
    if (until && until <= older.validFrom.toISOString()) {
      throw conflict("The older one cannot end before it began");
    }
    await writer.change(tx, older, {
      patch: until ? { validTo: until } : {},
      action: "edit",
      actor: "user",
      reason: "both true",
    });
    await writer.change(tx, newer, {
      patch: from ? { validFrom: from } : {},
      action: "edit",
      actor: "user",
      reason: "both true",
    });
  }

  return {
    /** Keeps something for its owner to decide about. */
    async propose(
      tx: Tx,
      proposal: Pick<inbox.ProposalRow, "userId" | "sessionId" | "messageId" | "op" | "affects"> & {
        fact: NewFact;
        reason: string | null;
        shield: boolean;
      },
    ): Promise<void> {
      const now = clock.now();
      const { op, fact } = proposal;
      await inbox.insertProposal(tx, {
        ...proposal,
        id: ids(),
        fact: inbox.storedFact(fact),
        fingerprint: createHash("sha256")
          .update(JSON.stringify([op, sameText(fact.text), proposal.messageId])).digest(),
        createdAt: now,
        expiresAt: new Date(now.getTime() + PROPOSAL_MS),
      });
      await dependencies.onProposal?.(tx, proposal.userId);
    },

    /** Opens a contradiction between a stored fact and a newer one. */
    async contradict(tx: Tx, older: store.MemoryRow, newer: store.MemoryRow): Promise<void> {
      const pair = { userId: older.userId, olderId: older.id, newerId: newer.id };
      const fresh = await inbox.insertContradiction(tx, {
        id: ids(),
        ...pair,
        createdAt: clock.now(),
      });
      if (!fresh) return;
      await writer.link(tx, { ...pair, fromId: newer.id, toId: older.id, kind: "contradicts" });
      if (older.locked) return;
      await writer.change(tx, older, {
        patch: { confidence: Math.max(0, older.confidence - DOUBT) },
        action: "doubt",
        actor: "extraction",
        reason: "contradicted",
      });
    },

    /** Ties a new fact to those near it: nearly the same (MEM-39), or perhaps its opposite (MEM-40). */
    async relate(tx: Tx, row: store.MemoryRow, alike: readonly Likeness[]): Promise<void> {
      for (const { fact, kind } of alike) {
        if (kind === "opposed") await this.contradict(tx, fact, row);
        else {
          const tie = { userId: row.userId, fromId: row.id, toId: fact.id };
          await writer.link(tx, { ...tie, kind: "same_as" });
        }
      }
    },

    proposals: (userId: string, page: { limit: number; cursor?: string | undefined }) =>
      paged(userId, { name: "proposals", ...page }, {
        rows: inbox.openProposals,
        view: proposalViews,
      }),

    /** What waits of one message. */
    proposalsOf: async (tx: Tx, messageId: string): Promise<ProposalView[]> =>
      await proposalViews(tx, await inbox.proposalsOf(tx, { messageId, now: clock.now() })),

    /** @throws Problem 404 when it was decided before or has ended; 429 when storage is full */
    accept: (owner: Owner, id: string): Promise<{ memory: MemoryView | null }> =>
      db.asUser(owner.userId, async (tx) => {
        await store.lockFacts(tx, owner.userId);
        const row = await inbox.takeProposal(tx, id, clock.now());
        if (!row) throw notFound();
        return { memory: await accept(tx, owner, row) };
      }).then((answer) => {
        outbox.wake();
        return answer;
      }),

    /** @throws Problem 404 when it was decided before or has ended */
    reject: (userId: string, id: string): Promise<void> =>
      db.asUser(userId, async (tx) => {
        const row = await inbox.takeProposal(tx, id, clock.now());
        if (!row) throw notFound();
        // Two facts that their owner keeps apart are not proposed as one again.
        if (row.op === "merge") await store.deleteLinks(tx, row.affects, "same_as");
        if (row.op !== "save") return;
        // What was turned down does not come back by itself.
        await store.insertTombstone(tx, {
          userId,
          textHash: await writer.hashOf(row.fact.text),
          at: clock.now(),
        });
      }),

    /** Decides about all that wait, a hundred at a time; tells how many. */
    async decideAll(owner: Owner, answer: "accept" | "reject"): Promise<{ decided: number }> {
      const decided = await db.asUser(owner.userId, async (tx) => {
        await store.lockFacts(tx, owner.userId);
        const page = { now: clock.now(), limit: 100, offset: 0 };
        const rows = await inbox.openProposals(tx, page);
        for (const { id } of rows) {
          const row = await inbox.takeProposal(tx, id, clock.now());
          if (row && answer === "accept") await accept(tx, owner, row);
        }
        return rows.length;
      });
      outbox.wake();
      return { decided };
    },

    notSaved: (userId: string, page: { limit: number; cursor?: string | undefined }) =>
      paged(userId, { name: "not-saved", ...page }, {
        rows: inbox.listNotSaved,
        view: (_tx, rows): NotSavedView[] =>
          rows.map((row) => ({
            id: row.id,
            reason: row.reason as NotSavedView["reason"],
            text: row.text,
            sourceMessageId: row.messageId,
            sessionId: row.sessionId,
            canSave: row.fact !== null,
            createdAt: row.createdAt.toISOString(),
            expiresAt: row.expiresAt.toISOString(),
          })),
      }),

    /**
     * Saves what was not saved, at its owner's wish.
     *
     * @throws Problem 404; 409 for a credential, of which nothing was kept; 429 when storage is full
     */
    saveAnyway: (owner: Owner, id: string): Promise<MemoryView> =>
      db.asUser(owner.userId, async (tx) => {
        await store.lockFacts(tx, owner.userId);
        const row = await inbox.findNotSaved(tx, id, clock.now());
        if (!row) throw notFound();
        if (!row.fact) throw conflict("Nothing of it was kept, so that it cannot be saved");
        const fact = { ...inbox.factFrom(row.fact), tier: "ltm" as const };
        const saved = await save(tx, owner, { fact, supersedes: [] });
        await inbox.deleteNotSaved(tx, id);
        return memoryView(saved);
      }).then((view) => {
        outbox.wake();
        return view;
      }),

    contradictions: (userId: string, page: { limit: number; cursor?: string | undefined }) =>
      paged(userId, { name: "contradictions", ...page }, {
        rows: inbox.openContradictions,
        view: contradictionViews,
      }),

    /** @throws Problem 404; 409 when it was resolved before or the dates make no sense */
    resolve: (userId: string, id: string, request: ResolveContradiction): Promise<void> =>
      db.asUser(userId, async (tx) => {
        const row = await inbox.findContradiction(tx, id);
        if (!row) throw notFound();
        if (row.state === "resolved") throw conflict("It was resolved before");
        const older = await store.findMemory(tx, row.olderId, { lock: true });
        const newer = await store.findMemory(tx, row.newerId, { lock: true });
        if (!older || !newer) throw notFound();
        await settle(tx, { older, newer }, request);
        await inbox.resolveContradiction(tx, id, { answer: request.answer, at: clock.now() });
      }),

    /** How much waits, for the heads of pages. */
    waiting: (userId: string): Promise<{ proposals: number; contradictions: number }> =>
      db.asUser(userId, async (tx) => ({
        proposals: await inbox.countProposals(tx, clock.now()),
        contradictions: (await inbox.openContradictions(tx, { limit: 100, offset: 0 })).length,
      })),
  };
}
