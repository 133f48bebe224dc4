import { PRACTICE_EMBED_MODEL, PRACTICE_WINDOW } from "./protocol.ts";

/** What the protocol tells about a model everywhere. */
function summary(model: string) {
  return {
    parent_model: "",
    format: "rules",
    family: model,
    families: [model],
    parameter_size: "0",
    quantization_level: "",
  };
}

/** An entry of `/api/tags`. */
export function listEntry(model: string, now: string) {
  const digest = model.split("").map((char) => char.charCodeAt(0).toString(16)).join("");
  return {
    name: `${model}:latest`,
    model: `${model}:latest`,
    modified_at: now,
    size: 0,
    digest: digest.padEnd(64, "0").slice(0, 64),
    details: summary(model),
  };
}

/** An entry of `/api/ps`. */
export function runningEntry(model: string, now: string) {
  return { ...listEntry(model, now), expires_at: now, size_vram: 0 };
}

/** The answer of `/api/show`. */
export function details(model: string, { embedDim, now }: { embedDim: number; now: string }) {
  const embeds = model === PRACTICE_EMBED_MODEL;
  return {
    modelfile: `# ${model}: built-in rules, no weights`,
    parameters: `num_ctx ${PRACTICE_WINDOW}`,
    template: "{{ .Prompt }}",
    details: summary(model),
    model_info: {
      "general.architecture": model,
      [`${model}.context_length`]: PRACTICE_WINDOW,
      ...(embeds ? { [`${model}.embedding_length`]: embedDim } : {}),
    },
    capabilities: [embeds ? "embedding" : "completion"],
    modified_at: now,
  };
}
