import { createHash } from "node:crypto";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { matchesEtag } from "@/lib/platform/http/etag.ts";
import { conflict, notFound, Problem, validationFailed } from "@/lib/platform/problem.ts";
import { memoryBytes } from "./bytes.ts";
import type { Embedder } from "./embedder.ts";
import {
  type FactWriter,
  isSummary,
  MAX_ANCHORS,
  type MemoryDependencies,
  UNDO_MS,
} from "./fact_writer.ts";
import { requireMemory } from "./facts_read.ts";
import type { Owner } from "./inbox.ts";
import type { MemoryChange, MemoryView } from "./schema.ts";
import * as store from "./store.ts";
import { declineSummary } from "./summary_store.ts";
import { memoryView } from "./views.ts";

/** What its owner does with a fact that is there. */
export function createFactChanges(
  dependencies: MemoryDependencies,
  { writer, embedder }: { writer: FactWriter; embedder: Embedder },
) {
  const { db, clock, ids, usage, outbox } = dependencies;
  const { event, queueEmbedding, embedText, forgetRow, eraseRow, hashesOf, endOf } = writer;

  async function change(
    userId: string,
    id: string,
    options: {
      action: string;
      apply: (row: store.MemoryRow) => Parameters<typeof store.updateMemory>[2] | null;
      inTrash?: boolean;
      /** Looked at before anything is changed. */
      require?: (tx: Tx, row: store.MemoryRow) => Promise<void>;
    },
  ): Promise<MemoryView> {
    return await db.asUser(userId, async (tx) => {
      await store.lockFacts(tx, userId);
      const row = await requireMemory(tx, id);
      if ((row.deletedAt !== null) !== (options.inTrash ?? false)) throw notFound();
      const patch = options.apply(row);
      if (!patch) return memoryView(row);
      await options.require?.(tx, row);
      await store.updateMemory(tx, id, patch);
      const after = (await store.findMemory(tx, id))!;
      await event(tx, { action: options.action, actor: "user", row, before: row, after });
      return memoryView(after);
    });
  }

  return {
    /** Changes a fact; a new text gets a new vector and a new check. */
    async edit(
      userId: string,
      id: string,
      request: MemoryChange,
      ifMatch: string | null,
    ): Promise<MemoryView> {
      const now = clock.now();
      const view = await db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
        const row = await requireMemory(tx, id);
        if (row.deletedAt) throw notFound();
        if (ifMatch !== null && !matchesEtag(ifMatch, etagOf(memoryView(row)))) {
          throw new Problem(
            "version_conflict",
            409,
            "It was changed meanwhile",
            "Load it again and repeat your change",
            {
              etag: etagOf(memoryView(row)),
            },
          );
        }
        requireSpan(row, request);
        const after = { ...row, ...request, validFrom: row.validFrom, validTo: row.validTo };
        const bytes = memoryBytes(after, dependencies.model.embedDim);
        const textChanged = request.text !== undefined && request.text !== row.text;
        // Edited by the owner: no job may change it any more, nor end it (MEM-25).
        const locked = request.locked ?? (row.locked || isOwnWord(row, request));
        await store.updateMemory(tx, id, {
          ...request,
          bytes,
          locked,
          ...(row.tier === "itm" && locked !== row.locked && !row.supersededAt
            ? { expiresAt: endOf({ locked }) }
            : {}),
          updatedAt: now,
          ...(textChanged
            ? {
              constitutionValid:
                (await dependencies.policy.checkText(after.text, "memory")).constitutionValid,
              embedding: embedder.local ? await embedder.embedDocument(embedText(after)) : null,
            }
            : {}),
        });
        await usage.recordStorage(tx, { userId, operationId: ids(), bytes: bytes - row.bytes });
        const stored = (await store.findMemory(tx, id))!;
        if (textChanged && !embedder.local) await queueEmbedding(tx, stored);
        await event(tx, { action: "edit", actor: "user", row, before: row, after: stored });
        return memoryView(stored);
      });
      outbox.wake();
      return view;
    },

    /**
     * Pins or unpins; a pinned fact lasts. Repeating changes nothing.
     *
     * @throws Problem 429 `quota_exceeded` when the storage is full: nothing more is kept for good
     *   then, and there is no room for another fact of its size (MEM-71)
     */
    pin: (owner: Owner, id: string, pinned: boolean) =>
      change(owner.userId, id, {
        action: pinned ? "pin" : "unpin",
        require: async (tx, { bytes }) => {
          const { userId, effectivePlan: plan } = owner;
          if (pinned) await usage.requireStorage(tx, { userId, plan, bytes });
        },
        apply: (row) =>
          row.pinned === pinned ? null : {
            pinned,
            updatedAt: clock.now(),
            ...(pinned && row.tier === "itm" ? { tier: "ltm" as const, expiresAt: null } : {}),
          },
      }),

    /** Makes a fact an anchor, which recall is always offered; at most twelve. */
    anchor: (userId: string, id: string, anchor: boolean): Promise<MemoryView> =>
      change(userId, id, {
        action: anchor ? "anchor" : "release",
        require: async (tx) => {
          if (anchor && await store.countAnchors(tx) >= MAX_ANCHORS) {
            throw conflict(`You have ${MAX_ANCHORS} anchors already; release one first`);
          }
        },
        apply: (row) =>
          row.anchor === anchor ? null : {
            anchor,
            updatedAt: clock.now(),
            ...(anchor ? { tier: "ltm" as const, expiresAt: null } : {}),
          },
      }),

    /** Moves a fact between the tiers at the owner's wish. @throws Problem 409 when it is pinned or an anchor */
    promote: (userId: string, id: string, tier: "itm" | "ltm") =>
      change(userId, id, {
        action: tier === "ltm" ? "promote" : "demote",
        require: (_tx, { pinned, anchor }) =>
          tier === "itm" && (pinned || anchor)
            ? Promise.reject(conflict("It is pinned or an anchor; release it first"))
            : Promise.resolve(),
        apply: (row) =>
          row.tier === tier
            ? null
            : { tier, expiresAt: tier === "itm" ? endOf(row) : null, updatedAt: clock.now() },
      }),

    /** Hides a fact everywhere at once; undo is possible for a day. Forgetting twice is fine. */
    forget: (userId: string, id: string) =>
      db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
        const row = await requireMemory(tx, id);
        if (row.deletedAt) {
          return {
            id,
            deletedAt: row.deletedAt.toISOString(),
            undoUntil: new Date(row.deletedAt.getTime() + UNDO_MS).toISOString(),
          };
        }
        const undoUntil = await forgetRow(tx, row, "user");
        return { id, deletedAt: clock.now().toISOString(), undoUntil: undoUntil.toISOString() };
      }),

    /** Removes a fact for good, now. */
    erase: (userId: string, id: string): Promise<void> =>
      db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
        await eraseRow(tx, await requireMemory(tx, id), { summed: true });
      }),

    /** Takes a fact back out of the trash, or gives an ended one a fresh week. @throws Problem 404 when the day has passed */
    restore: (userId: string, id: string): Promise<MemoryView> =>
      db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
        const row = await requireMemory(tx, id);
        const now = clock.now();
        const ended = row.expiresAt !== null && row.expiresAt <= now;
        if (!row.deletedAt && !ended) return memoryView(row);
        const after = await writer.change(tx, row, {
          patch: {
            deletedAt: null,
            purgeAt: null,
            ...(row.tier === "itm" ? { expiresAt: endOf(row) } : {}),
          },
          action: "restore",
          actor: "user",
        });
        await store.deleteTombstone(tx, await hashesOf(after.text));
        if (isSummary(after)) await declineSummary(tx, after.sessionId!, false);
        return memoryView(after);
      }),
  };
}

/** @throws Problem 400 when a fact would end before it began */
function requireSpan(row: store.MemoryRow, change: MemoryChange): void {
  if (change.validFrom === undefined && change.validTo === undefined) return;
  const from = change.validFrom ?? row.validFrom.toISOString();
  const to = change.validTo === undefined ? row.validTo?.toISOString() : change.validTo;
  if (!to || Date.parse(to) >= Date.parse(from)) return;
  const message = "What ends begins before that";
  throw validationFailed([{ path: "validTo", code: "custom", message }]);
}

/** Members that say what a fact is; the others only say what may be done with it. */
const OWN_WORDS = [
  "text",
  "type",
  "tags",
  "outcome",
  "emotionalWeight",
  "confidence",
  "validFrom",
  "validTo",
] as const satisfies readonly (keyof MemoryChange)[];

/** Whether a change says something else of a fact than it said. */
function isOwnWord(row: store.MemoryRow, change: MemoryChange): boolean {
  const view = memoryView(row);
  return OWN_WORDS.some((name) =>
    change[name] !== undefined && JSON.stringify(change[name]) !== JSON.stringify(view[name])
  );
}

/**
 * A validator of a fact's present state: of what it says and how it is kept. Uses are not in it, so
 * that looking at a fact does not stand against changing it.
 */
export function etagOf(view: MemoryView): string {
  const { accessCount: _, lastAccessedAt: __, expiresAt: ___, ...state } = view;
  const hash = createHash("sha256").update(JSON.stringify(state)).digest("hex");
  return `"${view.id}-${hash.slice(0, 16)}"`;
}
