import { createCatalogue, withTag } from "./catalogue.ts";
import { streamChat } from "./chat.ts";
import { embedTexts } from "./embed.ts";
import { modelUnknown } from "./errors.ts";
import { createHostContext, type HostContext } from "./host_context.ts";
import { hostLocation } from "./location.ts";
import { askStructured } from "./structured.ts";
import type { ChatRequest, ModelHost, ModelHostOptions, TargetState } from "./types.ts";

/**
 * The model host behind `options.baseUrl`. It makes no call until it is asked to, and it never
 * answers with anything but what that host said (RD-15).
 */
export function createModelHost(options: ModelHostOptions): ModelHost {
  const context = createHostContext(options);
  const { chatModel, embedModel, judgeModel = chatModel, embedDim } = options;
  const location = hostLocation(options.baseUrl);
  const offered = distinct([chatModel, ...(options.allowed ?? [])]);
  const needed = distinct([chatModel, embedModel, judgeModel]);
  const catalogue = createCatalogue(context, { offered, needed, chatModel, location });

  function resolve(model = chatModel): string {
    const known = offered.find((id) => withTag(id) === withTag(model));
    if (!known) throw modelUnknown(model);
    return known;
  }

  function chat(request: ChatRequest) {
    const judged = request.target === "judge" && request.model === undefined;
    return streamChat(context, { ...request, model: judged ? judgeModel : resolve(request.model) });
  }

  return {
    chatModel,
    embedModel,
    judgeModel,
    embedDim,
    location,
    list: catalogue.list,
    probe: catalogue.probe,
    resolve,
    chat,
    embed: (request) => embedTexts(context, request),
    structured: (request) =>
      askStructured(chat, request, () => context.metrics.fallbacks.add(1, { use: request.use })),
    state: () => ({
      chat: targetState(context, "chat"),
      embed: targetState(context, "embed"),
      judge: targetState(context, "judge"),
    }),
    load: () => context.queue.load(),
    warmUp: () => warmUp(chat, () => embedTexts(context, { texts: ["warm"] })),
  };
}

function targetState(context: HostContext, target: "chat" | "embed" | "judge"): TargetState {
  const { state, since, retryAfterMs } = context.breakers[target].report();
  return { state, since, retryAfterSeconds: Math.ceil(retryAfterMs / 1000) };
}

async function warmUp(chat: ModelHost["chat"], embed: () => Promise<unknown>): Promise<boolean> {
  const speak = async () => {
    for await (const _ of chat({ messages: [{ role: "user", content: "Hi" }], maxTokens: 1 }));
  };
  const results = await Promise.allSettled([speak(), embed()]);
  return results.every((result) => result.status === "fulfilled");
}

function distinct(names: string[]): string[] {
  return [...new Set(names)];
}
