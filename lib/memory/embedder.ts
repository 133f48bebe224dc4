import { LEXICAL_MODEL, lexicalEmbedding, type ModelHost } from "@/lib/model/mod.ts";
import type { StoredVector } from "./store.ts";

/** Makes vectors for facts and queries. */
export interface Embedder {
  /** Name of the model; vectors of different models are never compared. */
  readonly model: string;
  /** Whether it needs no call to a host. */
  readonly local: boolean;
  /** Cosine from which likeness alone is enough to be recalled; without one, that of the ranking. */
  readonly floor?: number;
  /** The vector of a query, or null while the host is away. */
  embedQuery(text: string): Promise<readonly number[] | null>;
  /** The vector of a fact; throws while the host is away, and is tried again later. */
  embedDocument(text: string): Promise<StoredVector>;
  /** Those of several texts, in their order, in as few calls as the host takes. */
  embedDocuments(texts: readonly string[]): Promise<StoredVector[]>;
}

/** The name of the stand-in's embedding model. */
const STANDIN_EMBED_MODEL = "practice-embed";

/**
 * The configured embedding model; with the stand-in the same lexical vectors are made here,
 * without a call.
 *
 * @param options.floor of a model of one's own; hashed words have theirs
 */
export function createEmbedder(
  model: ModelHost,
  { floor }: { floor?: number } = {},
): Embedder {
  if (model.embedModel === STANDIN_EMBED_MODEL) {
    const embed = (text: string) => lexicalEmbedding(text, model.embedDim);
    return {
      model: LEXICAL_MODEL,
      local: true,
      embedQuery: (text) => Promise.resolve(embed(text)),
      embedDocument: (text) => Promise.resolve({ vector: embed(text), model: LEXICAL_MODEL }),
      embedDocuments: (texts) =>
        Promise.resolve(texts.map((text) => ({ vector: embed(text), model: LEXICAL_MODEL }))),
    };
  }
  return {
    model: model.embedModel,
    local: false,
    ...(floor === undefined ? {} : { floor }),
    async embedQuery(text) {
      try {
        return (await model.embed({ texts: [text], kind: "query" }))[0] ?? null;
      } catch {
        return null;
      }
    },
    async embedDocument(text) {
      const [vector] = await model.embed({ texts: [text], kind: "document" });
      return { vector: vector!, model: model.embedModel };
    },
    async embedDocuments(texts) {
      const vectors = await model.embed({ texts: [...texts], kind: "document" });
      return vectors.map((vector) => ({ vector, model: model.embedModel }));
    },
  };
}
