import { z } from "zod";
import { StructuredOutputError } from "./errors.ts";
import type {
  ChatRequest,
  ModelChunk,
  ModelDone,
  ModelMessage,
  StructuredAnswer,
  StructuredRequest,
} from "./types.ts";

/** One try with the schema, one with the fault of the first (CHT-79). */
const TRIES = 2;

/**
 * Asks for JSON that fits `request.schema`. The second try shows the model its first answer and
 * what was wrong with it. `onFallback` is called when both failed.
 */
export async function askStructured<T>(
  chat: (request: ChatRequest) => AsyncIterable<ModelChunk>,
  request: StructuredRequest<T>,
  onFallback: () => void,
): Promise<StructuredAnswer<T>> {
  const { schema, use: _, ...rest } = request;
  const format = z.toJSONSchema(schema) as Record<string, unknown>;
  const usage = { promptTokens: 0, completionTokens: 0 };
  let measured = true;
  let messages = request.messages;
  let fault = "";
  for (let attempts = 1; attempts <= TRIES; attempts++) {
    const asked = { target: "judge" as const, temperature: 0, ...rest, messages, format };
    const { text, done } = await whole(chat(asked));
    usage.promptTokens += done.promptTokens;
    usage.completionTokens += done.completionTokens;
    measured &&= done.measured;
    const result = parse(schema, text);
    if (result.fault === null) return { value: result.value, ...usage, measured, attempts };
    fault = result.fault;
    messages = [...request.messages, ...complaint(text, fault)];
  }
  onFallback();
  throw new StructuredOutputError(fault, usage);
}

async function whole(
  chunks: AsyncIterable<ModelChunk>,
): Promise<{ text: string; done: ModelDone }> {
  let text = "";
  for await (const chunk of chunks) {
    if (chunk.done) return { text, done: chunk.done };
    text += chunk.text;
  }
  throw new Error("An answer ended without its last chunk");
}

function parse<T>(
  schema: z.ZodType<T>,
  text: string,
): { fault: null; value: T } | { fault: string } {
  let json: unknown;
  try {
    json = JSON.parse(unfenced(text));
  } catch {
    return { fault: "it is no JSON" };
  }
  const result = schema.safeParse(json);
  if (result.success) return { fault: null, value: result.data };
  const faults = result.error.issues.slice(0, 5);
  return { fault: faults.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ") };
}

/** Some models wrap JSON in a code fence whatever they are told. */
function unfenced(text: string): string {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text);
  return fenced?.[1] ?? text;
}

function complaint(text: string, fault: string): ModelMessage[] {
  return [
    { role: "assistant", content: text.slice(0, 4_000) },
    {
      role: "user",
      content: `That answer does not fit the schema (${fault}). Send only the corrected JSON.`,
    },
  ];
}
