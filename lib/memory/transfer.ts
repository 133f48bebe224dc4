import { createHash } from "node:crypto";
import { z } from "zod";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { validationFailed } from "@/lib/platform/problem.ts";
import { memoryBytes } from "./bytes.ts";
import {
  type FactWriter,
  MAX_ANCHORS,
  type MemoryDependencies,
  NEVER,
  type NewFact,
} from "./fact_writer.ts";
import type { Owner } from "./inbox.ts";
import type { Inbox } from "./inbox.ts";
import { sameText } from "./normalise.ts";
import { fullHistory } from "./past_store.ts";
import { holdsCredential } from "./sensitive.ts";
import { importedFactSchema, type ImportReport } from "./schema.ts";
import * as store from "./store.ts";
import { memoryView } from "./views.ts";

/** The form of an export; a reader of a later one still takes this. */
export const EXPORT_VERSION = 1;
/** Lines of one import. */
const MAX_LINES = 20_000;
/** An imported fact is believed at most this much (MEM-23). */
const MAX_CONFIDENCE = 0.8;
const BATCH = 500;
/** Facts of one slot that an imported one is compared with. */
const MOST_COMPARED = 5;

type ImportedFact = z.infer<typeof importedFactSchema>;

/** Taking all facts along, and bringing them back (MEM-88). */
export function createTransfer(
  dependencies: MemoryDependencies,
  { writer, inbox }: { writer: FactWriter; inbox: Inbox },
) {
  const { db, clock, usage, outbox } = dependencies;

  function factOf(line: ImportedFact): NewFact {
    const { validFrom, validTo, supersededAt: _, key: __, ...fact } = line;
    return {
      ...fact,
      confidence: Math.min(MAX_CONFIDENCE, fact.confidence),
      ...(validFrom ? { validFrom: new Date(validFrom) } : {}),
      validTo: validTo ? new Date(validTo) : null,
    };
  }

  /** What would become of a line. */
  async function verdict(
    tx: Tx,
    line: ImportedFact,
    { seen, known, forgotten, includeForgotten }: {
      seen: Set<string>;
      known: ReadonlySet<string>;
      forgotten: ReadonlySet<string>;
      includeForgotten: boolean;
    },
  ): Promise<"new" | "known" | "forgotten" | "refused"> {
    const text = sameText(line.text);
    if (holdsCredential(line.text)) return "refused";
    if (seen.has(text)) return "known";
    seen.add(text);
    if (known.has(text)) return "known";
    if (forgotten.size === 0) return "new";
    const hashes = await writer.hashesOf(line.text);
    if (!hashes.some((hash) => forgotten.has(hash.toHex()))) return "new";
    if (!includeForgotten) return "forgotten";
    // The owner wants it back: that is stating it anew.
    await store.deleteTombstone(tx, hashes);
    return "new";
  }

  /** Bytes a fact will take. */
  function bytesOf(line: ImportedFact): number {
    const empty = { quote: null, subject: null, attribute: null, value: null };
    return memoryBytes(
      { ...empty, ...factOf(line), tags: line.tags, sourceMessageIds: [] },
      dependencies.model.embedDim,
    );
  }

  /** Stores facts, ends those that were replaced, and puts what contradicts to the owner. */
  async function bring(tx: Tx, owner: Owner, lines: readonly ImportedFact[]): Promise<void> {
    let anchors = MAX_ANCHORS - await store.countAnchors(tx);
    const rows = await writer.insertAll(tx, owner.userId, {
      // Beyond the twelve that one may have, they come as facts like others.
      facts: lines.map(factOf).map((fact) => ({
        ...fact,
        anchor: fact.anchor === true && anchors-- > 0,
      })),
      actor: "import",
    });
    for (const [at, { supersededAt }] of lines.entries()) {
      const row = rows[at]!;
      if (!supersededAt) continue;
      await writer.change(tx, row, {
        patch: {
          supersededAt: new Date(supersededAt),
          ...(row.tier === "itm" ? { expiresAt: NEVER } : {}),
        },
        action: "supersede",
        actor: "import",
      });
    }
    await compare(tx, rows);
  }

  /** Two values of one slot: the owner says which is true. */
  async function compare(tx: Tx, rows: readonly store.MemoryRow[]): Promise<void> {
    const slotted = rows.filter((row) => row.subject && row.attribute);
    if (slotted.length === 0) return;
    const place = new Map(rows.map((row, at) => [row.id, at]));
    const ids = slotted.map((row) => row.id);
    const pairs = (await store.sharingSlot(tx, { ids, most: MOST_COMPARED, now: clock.now() }))
      // Of two in the file, the later one is the newer.
      .filter(({ id, otherId }) => (place.get(otherId) ?? -1) < place.get(id)!);
    const others = await store.findMemories(tx, pairs.map(({ otherId }) => otherId));
    const known = new Map([...rows, ...others].map((row) => [row.id, row]));
    for (const { id, otherId } of pairs) {
      const [newer, other] = [known.get(id)!, known.get(otherId)!];
      if (!writer.conflicts(other, newer)) continue;
      // As it is now: another pair may have cast doubt on it.
      await inbox.contradict(tx, (await store.findMemory(tx, otherId))!, newer);
    }
  }

  return {
    /** All facts of a person with their history, one JSON document a line; the past included. */
    async *exportLines(userId: string): AsyncGenerator<string> {
      yield JSON.stringify({ kind: "novacore.memory", version: EXPORT_VERSION });
      for (let after = "00000000-0000-0000-0000-000000000000";;) {
        const rows = await db.asUser(userId, async (tx) => {
          const rows = await store.factsAfter(tx, after, BATCH);
          return await Promise.all(rows.map(async (row) => ({
            row,
            history: await fullHistory(tx, row.id),
          })));
        });
        for (const { row, history } of rows) {
          yield JSON.stringify({
            kind: "fact",
            key: contentKey(row.text),
            ...memoryView(row),
            history: history.map(({ action, actor, reason, createdAt }) => ({
              action,
              actor,
              reason,
              createdAt: createdAt.toISOString(),
            })),
          });
        }
        if (rows.length < BATCH) return;
        after = rows.at(-1)!.row.id;
      }
    },

    /** The same as a text for people, by kind and newest first. */
    async exportText(userId: string): Promise<string> {
      const lines: string[] = ["# Memory", ""];
      for await (const line of this.exportLines(userId)) {
        const fact = JSON.parse(line) as { kind: string } & ReturnType<typeof memoryView>;
        if (fact.kind !== "fact") continue;
        const past = fact.supersededAt || fact.validTo
          ? ` until ${fact.validTo?.slice(0, 10)}`
          : "";
        const tags = fact.tags.map((tag) => ` #${tag.replaceAll(" ", "-")}`).join("");
        lines.push(
          `- ${escapeMarkdown(fact.text)} (${fact.type}, since ${
            fact.validFrom.slice(0, 10)
          }${past})${tags}`,
        );
      }
      return `${lines.join("\n")}\n`;
    },

    /**
     * Brings facts in; with `preview` nothing is stored. A text that is there already, was forgotten
     * or holds a credential is left out, so that an import twice is an import once. Ids of the file
     * are never used: a foreign one can reach nothing.
     *
     * @throws Problem 400 `validation_failed` naming the line, 429 when the storage is full
     */
    async import(
      owner: Owner,
      text: string,
      { preview, includeForgotten }: { preview: boolean; includeForgotten: boolean },
    ): Promise<ImportReport> {
      const lines = parseLines(text);
      const report: ImportReport = {
        preview,
        lines: lines.length,
        added: 0,
        known: 0,
        forgotten: 0,
        refused: 0,
        items: [],
      };
      const seen = new Set<string>();
      await db.asUser(owner.userId, async (tx) => {
        await store.lockFacts(tx, owner.userId);
        // Read once: a look for each line would read all facts each time.
        const known = new Set(await store.knownTexts(tx, clock.now()));
        const forgotten = await store.forgottenHashes(tx);
        const fresh: ImportedFact[] = [];
        for (const line of lines) {
          const result = await verdict(tx, line, {
            seen,
            known,
            forgotten,
            includeForgotten: includeForgotten && !preview,
          });
          report[result === "new" ? "added" : result]++;
          if (report.items.length < 100) {
            report.items.push({ text: result === "refused" ? "" : line.text, result });
          }
          if (result === "new") fresh.push(line);
        }
        if (preview || fresh.length === 0) return;
        // The file as a whole fits, or nothing of it is stored (USE-27).
        const parts = fresh.map(bytesOf);
        const bytes = parts.reduce((sum, part) => sum + part, 0);
        const { userId, effectivePlan: plan } = owner;
        await usage.requireStorage(tx, { userId, plan, bytes, parts });
        for (let from = 0; from < fresh.length; from += BATCH) {
          await bring(tx, owner, fresh.slice(from, from + BATCH));
        }
      });
      outbox.wake();
      return report;
    },
  };
}

/** Facts are the same when their texts are. */
function contentKey(text: string): string {
  return createHash("sha256").update(sameText(text)).digest("hex");
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>#]/g, "\\$&").replace(/\s*\n\s*/g, " ");
}

/** The facts of a file, JSON lines or one JSON list. @throws Problem 400 */
function parseLines(text: string): ImportedFact[] {
  const entries = rawEntries(text).filter(({ value }) =>
    (value as { kind?: unknown } | null)?.kind !== "novacore.memory"
  );
  if (entries.length > MAX_LINES) throw fault(0, `An import has at most ${MAX_LINES} facts`);
  return entries.map(({ value, line }) => {
    const parsed = importedFactSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    const { path, message } = parsed.error.issues[0]!;
    throw fault(line, `${path.join(".") || "It"}: ${message}`);
  });
}

function rawEntries(text: string): { value: unknown; line: number }[] {
  const trimmed = text.trim();
  if (trimmed.startsWith("[")) {
    try {
      const list = JSON.parse(trimmed) as unknown[];
      return list.map((value, at) => ({ value, line: at + 1 }));
    } catch {
      throw fault(1, "It is no JSON");
    }
  }
  return trimmed.split("\n").flatMap((entry, at) => {
    if (entry.trim() === "") return [];
    try {
      return [{ value: JSON.parse(entry) as unknown, line: at + 1 }];
    } catch {
      throw fault(at + 1, "It is no JSON");
    }
  });
}

function fault(line: number, message: string) {
  return validationFailed([{ path: `data.${line}`, code: "invalid_line", message }]);
}
