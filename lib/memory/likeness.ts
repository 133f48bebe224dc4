import type { Tx } from "@/lib/platform/database/mod.ts";
import { findMemories, type MemoryRow, type StoredVector, vectorText } from "./store.ts";
import { typedWords, wordsOf } from "./text_features.ts";

/** Cosines from which two facts say the same, nearly the same, or may oppose each other. */
export const LIKENESS = { same: 0.95, near: 0.88, opposed: 0.8 } as const;
/** How many of the nearest facts are compared. */
const COMPARED = 5;

/** What a stored fact is to a new one. */
export interface Likeness {
  fact: MemoryRow;
  kind: keyof typeof LIKENESS;
  /** 0..1. */
  cosine: number;
}

type Statement = Pick<MemoryRow, "text" | "subject" | "attribute" | "value">;

/**
 * The owner's current facts of the same type whose vectors are near a new one's, nearest first
 * (MEM-38 … MEM-40). Nearness alone proves little: "in 2019" and "in 2020" are near in any model.
 * Facts of other numbers, names or slot values are therefore something else, and those that differ
 * by a negation oppose each other.
 *
 * @param options.vector of the new fact; vectors of other models are not compared
 * @param options.except the new fact itself, when it is stored already
 */
export async function likeFacts(
  tx: Tx,
  fact: Statement & Pick<MemoryRow, "type">,
  options: { vector: StoredVector; now: Date; except?: string },
): Promise<Likeness[]> {
  const vector = vectorText(options.vector.vector);
  const near = await tx<{ id: string; cosine: number }[]>`
    select id, cosine from (
      select id, 1 - (embedding <=> ${vector}::halfvec) as cosine from memories
      where embedding_model = ${options.vector.model} and type = ${fact.type}
        and deleted_at is null and superseded_at is null
        and (expires_at is null or expires_at > ${options.now})
        and id is distinct from ${options.except ?? null}::uuid
      order by (embedding <=> ${vector}::halfvec) + 0, id limit ${COMPARED}) as nearest
    where cosine >= ${LIKENESS.opposed}`;
  const rows = new Map(
    (await findMemories(tx, near.map(({ id }) => id))).map((row) => [row.id, row]),
  );
  return near.flatMap(({ id, cosine }): Likeness[] => {
    const other = rows.get(id)!;
    if (!sameMatter(fact, other)) return [];
    if (negated(fact.text) !== negated(other.text)) {
      return [{ fact: other, kind: "opposed", cosine }];
    }
    if (cosine >= LIKENESS.same) return [{ fact: other, kind: "same", cosine }];
    return cosine >= LIKENESS.near ? [{ fact: other, kind: "near", cosine }] : [];
  });
}

/** Whether two statements are about the same names and numbers, and fill no slot differently. */
export function sameMatter(one: Statement, other: Statement): boolean {
  const slot = (fact: Statement) => `${fact.subject} ${fact.attribute}`.toLowerCase();
  const filled = one.attribute !== null && other.attribute !== null;
  if (filled && slot(one) !== slot(other)) return false;
  if (filled && fold(one.value) !== fold(other.value)) return false;
  return particulars(one.text) === particulars(other.text);
}

const fold = (value: string | null) => wordsOf(value ?? "").join(" ");

/** The numbers and names of a text, in alphabetical order. */
function particulars(text: string): string {
  return typedWords(text)
    .filter((word, at) => /\d/.test(word) || (at > 0 && /^\p{Lu}/u.test(word)))
    .map((word) => word.toLowerCase()).sort().join(" ");
}

const NEGATION = /\b(?:not|no|never|nothing|nobody|cannot|without|neither|nor)\b|n['\u2019]t\b/gi;

/** Whether a text says that something is not so; two negations are none. */
export function negated(text: string): boolean {
  return (text.match(NEGATION)?.length ?? 0) % 2 === 1;
}
