import { z } from "zod";

/** The chat model of the stand-in. */
export const PRACTICE_MODEL = "practice";
/** Its embedding model. */
export const PRACTICE_EMBED_MODEL = "practice-embed";
/** Context window of the chat model, in tokens. */
export const PRACTICE_WINDOW = 8_192;
/** Says plainly that this is no Ollama. */
export const PRACTICE_VERSION = "0.12.0-practice";

const options = z.looseObject({
  num_predict: z.number().optional(),
  stop: z.union([z.string(), z.array(z.string())]).optional(),
}).optional();
const format = z.union([z.string(), z.record(z.string(), z.unknown())]).nullish();

/** What `/api/chat` takes; members that make no difference to rules are let through. */
export const chatBody = z.looseObject({
  model: z.string().default(""),
  messages: z.array(
    z.looseObject({
      role: z.enum(["system", "user", "assistant", "tool"]),
      content: z.string().default(""),
    }),
  ).default([]),
  stream: z.boolean().default(true),
  keep_alive: z.union([z.string(), z.number()]).optional(),
  format,
  options,
});

/** What `/api/generate` takes. */
export const generateBody = z.looseObject({
  model: z.string().default(""),
  prompt: z.string().default(""),
  system: z.string().optional(),
  stream: z.boolean().default(true),
  keep_alive: z.union([z.string(), z.number()]).optional(),
  format,
  options,
});

/** What `/api/embed` takes. */
export const embedBody = z.looseObject({
  model: z.string().default(""),
  input: z.union([z.string(), z.array(z.string())]).default([]),
});

/** What `/api/embeddings`, its predecessor, takes. */
export const embeddingsBody = z.looseObject({
  model: z.string().default(""),
  prompt: z.string().default(""),
});

/** What `/api/show` takes; older clients say `name`. */
export const showBody = z.looseObject({
  model: z.string().optional(),
  name: z.string().optional(),
});

/** An answer the way the protocol reports errors. */
export class ProtocolError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** `{"error": …}` with a status. */
export function errorResponse(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}

/** The body as JSON of the given shape. Throws {@link ProtocolError} 400. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await request.text();
  if (text.trim() === "") throw new ProtocolError(400, "missing request body");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ProtocolError(400, "invalid character in the request body: it is no JSON");
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new ProtocolError(400, `invalid request: ${issue.path.join(".")}: ${issue.message}`);
}

/** Checks that a model is one of ours and can do what is asked. Throws {@link ProtocolError}. */
export function requireModel(name: string, kind: "chat" | "embed"): string {
  if (name === "") throw new ProtocolError(400, "model is required");
  const plain = name.replace(/:latest$/, "");
  if (plain !== PRACTICE_MODEL && plain !== PRACTICE_EMBED_MODEL) {
    throw new ProtocolError(404, `model '${name}' not found`);
  }
  if ((plain === PRACTICE_MODEL) !== (kind === "chat")) {
    const cannot = kind === "chat" ? "does not support chat" : "does not support embeddings";
    throw new ProtocolError(400, `"${name}" ${cannot}`);
  }
  return plain;
}
