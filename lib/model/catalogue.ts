import { z } from "zod";
import { createDeadline } from "./deadline.ts";
import type { HostContext } from "./host_context.ts";
import type { ModelInfo, ProbeResult } from "./types.ts";

/** How long a list of models is reused, in milliseconds. */
const LIST_FRESH_MS = 10_000;
/** What is assumed of a model that does not tell. */
const ASSUMED_WINDOW = 4_096;

const tags = z.object({
  models: z.array(z.object({ name: z.string(), remote_host: z.string().optional() })),
});
const shown = z.object({
  capabilities: z.array(z.string()).catch([]),
  model_info: z.record(z.string(), z.unknown()).catch({}),
});
const version = z.object({ version: z.string() });

type Installed = z.infer<typeof tags>["models"];

/** What the host has, for `GET /api/models`, the status page and start-up. */
export interface Catalogue {
  list(): Promise<ModelInfo[]>;
  probe(): Promise<ProbeResult>;
}

/** `name` with its tag; a name without one means `latest`. */
export function withTag(name: string): string {
  return name.split("/").at(-1)!.includes(":") ? name : `${name}:latest`;
}

/** The catalogue of the models in `offered` (chat) and `needed` (all configured ones). */
export function createCatalogue(
  context: HostContext,
  models: {
    offered: string[];
    needed: string[];
    chatModel: string;
    location: "local" | "remote";
  },
): Catalogue {
  const { clock, timeouts } = context;
  let kept: { at: number; list: ModelInfo[] } | null = null;
  const details = new Map<string, z.infer<typeof shown>>();

  /** Runs one small request within the limit of CHT-73; null when it failed. */
  async function ask<T>(
    schema: z.ZodType<T>,
    request: (client: ReturnType<HostContext["client"]>) => Promise<unknown>,
  ): Promise<T | null> {
    const deadline = createDeadline(clock, undefined);
    deadline.limit(timeouts.list, "list of models");
    try {
      return schema.parse(await request(context.client(deadline.signal)));
    } catch {
      return null; // an unreachable host shows as "not available" in the list
    } finally {
      deadline.close();
    }
  }

  async function describe(id: string, installed: Installed, loaded: Installed): Promise<ModelInfo> {
    const entry = find(installed, id);
    if (entry && !details.has(id)) {
      const detail = await ask(shown, (client) => client.show({ model: id }));
      if (detail) details.set(id, detail);
    }
    const detail = details.get(id);
    const cloud = entry?.remote_host !== undefined || /[-:]cloud$/.test(id);
    return {
      id,
      label: labelOf(id),
      window: Math.min(windowOf(detail?.model_info), context.options.maxWindow ?? 8192),
      capabilities: detail?.capabilities.length ? detail.capabilities : ["completion"],
      loaded: find(loaded, id) !== undefined,
      available: entry !== undefined,
      location: cloud ? "remote" : models.location,
      default: id === models.chatModel,
    };
  }

  return {
    async list() {
      if (kept && clock.monotonic() - kept.at < LIST_FRESH_MS) return kept.list;
      const [installed, loaded] = await Promise.all([
        ask(tags, (client) => client.list()),
        ask(tags, (client) => client.ps()),
      ]);
      const list = await Promise.all(
        models.offered.map((id) => describe(id, installed?.models ?? [], loaded?.models ?? [])),
      );
      kept = installed ? { at: clock.monotonic(), list } : null;
      return list;
    },
    async probe() {
      const started = clock.monotonic();
      const [found, installed] = await Promise.all([
        ask(version, (client) => client.version()),
        ask(tags, (client) => client.list()),
      ]);
      const names = installed?.models ?? [];
      const missing = installed ? models.needed.filter((id) => !find(names, id)) : [];
      return {
        reachable: installed !== null,
        version: found?.version ?? null,
        latencyMs: clock.monotonic() - started,
        missing: missing.map((model) => ({ model, pull: `ollama pull ${model}` })),
      };
    },
  };
}

function find(models: Installed, id: string) {
  return models.find((model) => withTag(model.name) === withTag(id));
}

/** The context length, under a key that begins with the model's architecture. */
function windowOf(info: Record<string, unknown> | undefined): number {
  const key = Object.keys(info ?? {}).find((name) => name.endsWith(".context_length"));
  const length = key ? info![key] : null;
  return typeof length === "number" && length > 0 ? length : ASSUMED_WINDOW;
}

/** "mistral:instruct" reads as "Mistral instruct". */
function labelOf(id: string): string {
  if (id === "practice") return "Practice model";
  const [name, tag] = id.split("/").at(-1)!.split(":");
  const words = [name, tag === "latest" ? undefined : tag].filter(Boolean).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
