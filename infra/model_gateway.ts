/**
 * A checking proxy in front of an Ollama server. It lets through only calls that carry a service
 * token of this installation, only to the routes the product uses, and nothing that changes the
 * models of the host.
 *
 *   deno run --unstable-no-legacy-abort --allow-net --allow-env infra/model_gateway.ts
 *
 * PORT        where it listens, default 11435
 * HOST        address to listen on, default 0.0.0.0
 * UPSTREAM    the Ollama server, default http://127.0.0.1:11434
 * JWKS_URL    the product's keys, https://nova.example.org/.well-known/jwks.json
 * ISSUER      BASE_URL of the product
 * ENVIRONMENT APP_ENV of the product, default production
 */
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from "jose";

/** Whom the gateway believes and where it leads. */
export interface GatewayOptions {
  upstream: string;
  issuer: string;
  environment: string;
  keys: JWTVerifyGetKey;
  fetch?: typeof globalThis.fetch;
}

/** What the product asks of a model host. */
const ROUTES: Record<string, "GET" | "POST"> = {
  "/api/chat": "POST",
  "/api/embed": "POST",
  "/api/show": "POST",
  "/api/tags": "GET",
  "/api/ps": "GET",
  "/api/version": "GET",
};

const refusal = (status: number, error: string) => Response.json({ error }, { status });

/** Why a token is refused, or null when it may call the model. */
async function fault(header: string | null, options: GatewayOptions): Promise<string | null> {
  const token = /^Bearer (\S+)$/.exec(header ?? "")?.[1];
  if (!token) return "a service token is needed";
  try {
    const { payload } = await jwtVerify(token, options.keys, {
      algorithms: ["EdDSA"],
      typ: "svc+jwt",
      audience: "gpu-gateway",
      issuer: options.issuer,
      requiredClaims: ["sub", "exp", "iat", "jti"],
      clockTolerance: 30,
    });
    if (payload.env !== options.environment) return "the token is of another environment";
    const scopes = Array.isArray(payload.scope) ? payload.scope : [];
    return scopes.includes("invoke:model") ? null : "the scope invoke:model is needed";
  } catch {
    return "the token is not accepted";
  }
}

/** The handler of a gateway. Answers are handed on as they come. */
export function gateway(options: GatewayOptions): (request: Request) => Promise<Response> {
  const call = options.fetch ?? globalThis.fetch;
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (ROUTES[pathname] !== request.method) return refusal(404, "there is no such route");
    const wrong = await fault(request.headers.get("authorization"), options);
    if (wrong) return refusal(401, wrong);
    try {
      return await call(new URL(pathname, options.upstream), {
        method: request.method,
        // The token stays here.
        headers: { "content-type": request.headers.get("content-type") ?? "application/json" },
        ...(request.method === "POST" ? { body: request.body } : {}),
        redirect: "manual",
        signal: request.signal,
      });
    } catch {
      return refusal(502, "the model host does not answer");
    }
  };
}

if (import.meta.main) {
  const env = (name: string, fallback = "") => Deno.env.get(name) || fallback;
  Deno.serve(
    { hostname: env("HOST", "0.0.0.0"), port: Number(env("PORT", "11435")) },
    gateway({
      upstream: env("UPSTREAM", "http://127.0.0.1:11434"),
      issuer: env("ISSUER"),
      environment: env("ENVIRONMENT", "production"),
      keys: createRemoteJWKSet(new URL(env("JWKS_URL"))),
    }),
  );
}
