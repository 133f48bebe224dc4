import { checkEndpoints } from "@/lib/billing/mod.ts";
import { detectLocalOllama } from "@/lib/model/mod.ts";
import { type Services, standInsOf } from "./services.ts";

/** Words for the person who started the product: where it is, what stands in, what is missing. */
export async function bootReport(options: {
  services: Services;
  status: unknown;
  url: string;
  fetch: typeof globalThis.fetch;
}): Promise<string> {
  const { services, url } = options;
  const { config } = services;
  const lines = [
    "",
    `  NovaCoreAI is ready at ${url}`,
    `  Open it and register; the first account can be made an administrator with`,
    `    deno task nova admin grant <e-mail>`,
    "",
    `  Database   ${
      services.db.kind === "embedded" ? `embedded, in ${config.dataDir}` : "PostgreSQL"
    }`,
    `  Model      ${config.chatModel}${
      services.standIn ? " (practice model)" : ` at ${config.ollamaBaseUrl}`
    }`,
  ];
  const standIns = standInsOf(services);
  if (standIns.length > 0) {
    lines.push("", "  Standing in for the real thing:");
    const settings: Record<string, string> = {
      model: "OLLAMA_BASE_URL",
      payments: "STRIPE_SECRET_KEY",
      mail: "SMTP_URL",
    };
    for (const { component, label } of standIns) {
      lines.push(`    ${component.padEnd(9)}${label}; set ${settings[component]} to replace it`);
    }
  }
  if (services.standIn) {
    const local = await detectLocalOllama({ fetch: options.fetch, clock: services.clock });
    if (local) {
      lines.push(
        "",
        `  An Ollama ${local.version} answers on this machine. To use it, set`,
        `    OLLAMA_BASE_URL=http://127.0.0.1:11434`,
      );
    }
  } else {
    const probe = await services.model.probe();
    if (!probe.reachable) {
      lines.push("", "  The model host does not answer; chat is degraded until it does");
    }
    for (const { model, pull } of probe.missing) {
      lines.push("", `  Model ${model} is missing; get it with: ${pull}`);
    }
  }
  for (const finding of await paymentFindings(services)) lines.push("", `  Note: ${finding}`);
  for (const warning of config.warnings) lines.push("", `  Note: ${warning}`);
  return lines.join("\n") + "\n\n";
}

/** What differs at the payment provider: endpoint, events, prices (BIL-7, BIL-32). */
async function paymentFindings({ billing, config }: Services): Promise<string[]> {
  if (billing.testPayments || !billing.service.available) return [];
  try {
    const { provider } = billing;
    const url = `${config.baseUrl}/api/billing/webhook`;
    const endpoints = checkEndpoints(await provider.endpoints(), { url, live: provider.live });
    return [...endpoints.map(({ detail }) => detail), ...await billing.priceDifferences()];
  } catch {
    return ["The payment provider does not answer; run `deno task nova billing check` later"];
  }
}
