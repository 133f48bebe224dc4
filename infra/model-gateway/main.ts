/**
 * A checking proxy in front of an Ollama server. It lets through only calls that carry a service
 * token of this installation, only to the routes the product uses, and nothing that changes the
 * models of the host. It knows the product's public keys and no secret.
 *
 *   deno run --unstable-no-legacy-abort --allow-net --allow-env infra/model-gateway/main.ts
 *
 * PORT        where it listens, default 11435; 0 takes any free one
 * HOST        address to listen on, default 0.0.0.0
 * UPSTREAM    the Ollama server, default http://127.0.0.1:11434
 * JWKS_URL    the product's keys, https://nova.example.org/.well-known/jwks.json
 * ISSUER      BASE_URL of the product
 * ENVIRONMENT APP_ENV of the product, default production
 * MAX_ACTIVE  calls under way at once, default 4
 * MAX_WAITING calls that may wait, default 64
 *
 * It prints one line of JSON with its address, and one for each refusal. `GET /healthz` says whether
 * the model host answers and how many calls are under way.
 */
import { createRemoteJWKSet } from "jose";
import { createGateway } from "./gateway.ts";
import { lastingKeys, serviceKeysOnly } from "./keys.ts";

const env = (name: string, fallback = "") => Deno.env.get(name) || fallback;
const encoder = new TextEncoder();
const print = (line: Record<string, unknown>) =>
  void Deno.stdout.writeSync(encoder.encode(JSON.stringify(line) + "\n"));

function required(name: string): string {
  const value = env(name);
  if (value) return value;
  print({ event: "configuration", error: `${name} is not set` });
  Deno.exit(1);
}

if (import.meta.main) {
  const keys = createRemoteJWKSet(new URL(required("JWKS_URL")), {
    cacheMaxAge: 300_000,
    cooldownDuration: 5_000,
    timeoutDuration: 5_000,
  });
  const log = (line: Record<string, unknown>) => print({ ts: new Date().toISOString(), ...line });
  const gateway = createGateway({
    upstream: env("UPSTREAM", "http://127.0.0.1:11434"),
    issuer: required("ISSUER"),
    environment: env("ENVIRONMENT", "production"),
    keys: serviceKeysOnly(lastingKeys(keys, {
      now: Date.now,
      failed: (error) => log({ event: "keys.failed", error: String(error) }),
    })),
    maxActive: Number(env("MAX_ACTIVE", "4")),
    maxWaiting: Number(env("MAX_WAITING", "64")),
    log,
  });
  const server = Deno.serve({
    hostname: env("HOST", "0.0.0.0"),
    port: Number(env("PORT", "11435")),
    onListen: ({ hostname, port }) => print({ event: "listening", hostname, port }),
  }, (request) => gateway.handle(request));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void server.shutdown());
  }
}
