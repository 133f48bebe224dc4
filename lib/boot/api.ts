import { timingSafeEqual } from "node:crypto";
import { createApi, createGate, createStatus, type Health } from "@/lib/api/mod.ts";
import { maskedConfig } from "@/lib/platform/config.ts";
import { sha256 } from "@/lib/platform/crypto.ts";
import { type Services, standInsOf } from "./services.ts";
import { VERSION } from "./version.ts";

/** The API over a set of services. */
export function apiOf(
  services: Services,
  options: { health: Health; commit: string; startedAt: Date },
) {
  const { config, clock, metrics, log, accounts, plans, entitlements, limiter } = services;
  const status = createStatus({
    clock,
    version: VERSION,
    commit: options.commit,
    startedAt: options.startedAt,
    probes: probesOf(services),
    standIns: () => standInsOf(services),
  });
  const gate = createGate({ config, accounts, plans, entitlements, limiter, clock });
  const api = createApi({
    gate,
    health: options.health,
    status: () => status.report(),
    mayReadMetrics: (request, peer) => mayReadMetrics(services, request, peer),
    publicKeys: () => [...services.userKeys.publicKeys(), ...services.tokens.publicKeys()],
    supportEmail: config.supportEmail,
    cursorKey: services.cursorKey,
    revocations: services.revocations,
    config: () => maskedConfig(config),
    model: services.model,
    plans,
    accounts,
    chat: services.chat,
    memory: services.memory,
    usage: services.usage,
    billing: services.billing,
    notices: services.notices,
    onboarding: services.onboarding,
    entitlements,
    clock,
    log,
    metrics,
    version: VERSION,
    baseUrl: config.baseUrl,
    allowedOrigins: config.allowedOrigins,
  });
  // Test payments send their events through the same door as everybody.
  services.billing.testPayments?.deliverTo(async (body, signature) => {
    const request = new Request(`${config.baseUrl}/api/billing/webhook`, {
      method: "POST",
      headers: { "content-type": "application/json", "stripe-signature": signature },
      body,
    });
    const context = { address: "127.0.0.1", correlationId: services.ids() };
    const response = await api.fetch(request, context);
    await response.body?.cancel();
    return { status: response.status };
  });
  return { api, status, gate };
}

function probesOf(services: Services): Parameters<typeof createStatus>[0]["probes"] {
  const online = { state: "online" as const };
  const target = (name: "chat" | "embed") => {
    const { state } = services.model.state()[name];
    return state === "closed"
      ? online
      : { state: "degraded" as const, note: "The model host does not answer" };
  };
  return {
    web: () => online,
    database: async () => {
      await services.db.ping();
      return online;
    },
    kv: () =>
      services.kv.available
        ? online
        : { state: "degraded", note: "Limits run in this process alone" },
    jobs: () => online,
    model: () => target("chat"),
    embeddings: () => {
      const under = services.memory.reembedding();
      const found = target("embed");
      if (!under || found.state !== "online") return found;
      const { done, total, model } = under;
      return { ...found, note: `${done} of ${total} memories have vectors of ${model}` };
    },
    payments: () => {
      if (services.billing.testPayments) return { state: "online", note: "Test payments" };
      return services.billing.service.available
        ? online
        : { state: "offline", note: "Payments are not set up" };
    },
    mail: () => ({
      state: "online",
      note: services.mailer.kind === "mailbox" ? "Development mailbox" : null,
    }),
    policy: () => online,
    backups: () => ({ state: "online", note: "No backups are set up" }),
  };
}

const FORWARDING = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

async function mayReadMetrics(
  services: Services,
  request: Request,
  peer: string,
): Promise<boolean> {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
  const { metricsToken, appEnv } = services.config;
  if (bearer && metricsToken && timingSafeEqual(sha256(bearer), sha256(metricsToken))) return true;
  const shown = request.headers.get("x-service-token") ?? bearer;
  if (shown) {
    const route = { name: "/metrics", scope: "read:metrics", address: peer };
    await services.accounts.serviceAccess.admit(shown, route);
    return true;
  }
  const loopback = peer === "127.0.0.1" || peer === "::1";
  return appEnv === "development" && loopback &&
    !FORWARDING.some((name) => request.headers.has(name));
}
