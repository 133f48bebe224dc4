/**
 * Measures retrieval: `deno task recall --data DIR --out FILE [--model NAME]`. Loads the
 * conversations of DIR into a scratch database in memory, asks their questions through the
 * product's search and writes `{question id: [memory ids, best first]}`. Progress goes to standard
 * error. Exit codes: 0 ok, 1 bad input or a failure, 2 usage.
 */
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { type Config, ConfigError, parseConfig } from "@/lib/platform/config.ts";
import { systemClock } from "@/lib/platform/clock.ts";
import { guardedFetch } from "@/lib/platform/guarded_fetch.ts";
import { secureRandom } from "@/lib/platform/ids.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { createModelHost, LEXICAL_MODEL, lexicalEmbedding } from "@/lib/model/mod.ts";
import { createEmbedder, type Embedder } from "@/lib/memory/mod.ts";
import { conversationSchema, type RecallConversation, runRecall } from "@/lib/boot/recall_run.ts";

const HELP = `usage: deno task recall --data DIR --out FILE [--model NAME]

  --data DIR     folder of conversations, *.json
  --out FILE     where the answers go, {question id: [memory ids, best first]}
  --model NAME   embed with this model of the host at OLLAMA_BASE_URL
  --help         this text
`;

/** A command line that does not make sense. */
class UsageError extends Error {}
/** Input that cannot be measured; the message says which and why. */
class InputError extends Error {}

interface CommandLine {
  data: string;
  out: string;
  model: string | null;
}

function parseArguments(argv: readonly string[]): CommandLine {
  const values = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const [name, inline] = argv[at]!.split(/=(.*)/s, 2) as [string, string | undefined];
    if (!["--data", "--out", "--model"].includes(name)) {
      throw new UsageError(`There is no option ${JSON.stringify(name)}`);
    }
    const value = inline ?? argv[++at];
    if (!value) throw new UsageError(`${name} needs a value`);
    values.set(name, value);
  }
  const [data, out] = ["--data", "--out"].map((name) => values.get(name));
  if (!data || !out) throw new UsageError("Say where the data is and where the answers go");
  return { data, out, model: values.get("--model") ?? null };
}

async function readConversations(folder: string): Promise<RecallConversation[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.name.endsWith(".json") && !entry.isDirectory) names.push(entry.name);
    }
  } catch {
    throw new InputError(`The folder ${JSON.stringify(folder)} cannot be read`);
  }
  if (names.length === 0) {
    throw new InputError(`There is no *.json file in ${JSON.stringify(folder)}`);
  }
  // One after the other: the fault told is that of the first bad file by name, whichever a disk
  // answers first.
  const conversations: RecallConversation[] = [];
  for (const name of names.sort()) conversations.push(await readConversation(join(folder, name)));
  return conversations;
}

async function readConversation(path: string): Promise<RecallConversation> {
  let json: unknown;
  try {
    json = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    const why = error instanceof SyntaxError ? "is no JSON" : "cannot be read";
    throw new InputError(`${basename(path)} ${why}`);
  }
  const parsed = conversationSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path: where, message } = parsed.error.issues[0]!;
  throw new InputError(`${basename(path)}: ${where.join(".") || "it"}: ${message}`);
}

/** Questions and memories that share an id could not be told apart in the answers. */
function checkIds(conversations: readonly RecallConversation[]): void {
  const questions = new Set<string>();
  for (const { id, memories, questions: asked } of conversations) {
    if (new Set(memories.map((entry) => entry.id)).size < memories.length) {
      throw new InputError(`${id}: two memories have the same id`);
    }
    for (const question of asked) {
      if (questions.has(question.id)) {
        throw new InputError(`Two questions have the id ${JSON.stringify(question.id)}`);
      }
      questions.add(question.id);
    }
  }
}

/** The configured host's model when there is one, else hashed words without any call. */
function embedderOf(config: Config, model: string | null): Embedder {
  const { ollamaBaseUrl, embedDim } = config;
  if (!ollamaBaseUrl) {
    if (model) throw new InputError("--model needs OLLAMA_BASE_URL, the host that has the model");
    const vector = (text: string) => lexicalEmbedding(text, embedDim);
    return {
      model: LEXICAL_MODEL,
      local: true,
      embedQuery: (text) => Promise.resolve(vector(text)),
      embedDocument: (text) => Promise.resolve({ vector: vector(text), model: LEXICAL_MODEL }),
      embedDocuments: (texts) =>
        Promise.resolve(texts.map((text) => ({ vector: vector(text), model: LEXICAL_MODEL }))),
    };
  }
  return createEmbedder(createModelHost({
    baseUrl: ollamaBaseUrl,
    chatModel: config.chatModel,
    embedModel: model ?? config.embedModel,
    embedDim,
    fetch: guardedFetch({ origins: [ollamaBaseUrl] }),
    token: null,
    clock: systemClock,
    random: secureRandom,
    metrics: createMetrics(),
    log: silentLog,
  }));
}

/** Whole or not at all: a reader never sees half a file. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, path);
  } catch {
    await Deno.remove(temporary).catch(() => {});
    throw new InputError(`${JSON.stringify(path)} cannot be written`);
  }
}

const encoder = new TextEncoder();
const say = (line: string) => void Deno.stderr.writeSync(encoder.encode(`${line}\n`));

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help")) {
    Deno.stdout.writeSync(encoder.encode(HELP));
    return 0;
  }
  try {
    const line = parseArguments(argv);
    // The scratch database is in memory: the folder and server of the product are not looked at.
    const { DATABASE_URL: _, DATABASE_ADMIN_URL: __, DATA_DIR: ___, ...env } = Deno.env.toObject();
    const config = parseConfig({ ...env, APP_ENV: "test" });
    const embedder = embedderOf(config, line.model);
    const conversations = await readConversations(line.data);
    checkIds(conversations);
    const run = await runRecall(conversations, {
      embedder,
      embedDim: config.embedDim,
      report: say,
    });
    await writeWhole(line.out, `${JSON.stringify(run)}\n`);
    return 0;
  } catch (error) {
    const usage = error instanceof UsageError;
    const message = error instanceof ConfigError || error instanceof z.ZodError
      ? error.message.split("\n")[0]!
      : error instanceof Error
      ? error.message
      : String(error);
    say(message.replace(/\s+/g, " "));
    return usage ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
