import { announce } from "./report.ts";
import type { RequestHandler } from "./handler.ts";

/** Options of `app.listen()`: those of `Deno.serve`, and where the app lives. */
export type ListenOptions =
  & Partial<Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem>
  & { basePath?: string };

const FIRST_PORT = 8000;
const LAST_PORT = 8019;

function banner(addr: Deno.NetAddr, options: ListenOptions): string {
  const protocol = options.key && options.cert ? "https:" : "http:";
  const isAny = addr.hostname === "0.0.0.0" || addr.hostname === "::";
  const host = isAny || addr.hostname === "127.0.0.1" ? "localhost" : addr.hostname;
  const name = host.includes(":") ? `[${host}]` : host;
  return `Fresh ready at ${protocol}//${name}:${addr.port}${options.basePath ?? ""}/`;
}

function isDeployed(): boolean {
  const query = { name: "env", variable: "DENO_DEPLOYMENT_ID" } as const;
  return Deno.permissions.querySync(query).state === "granted" &&
    Deno.env.get("DENO_DEPLOYMENT_ID") !== undefined;
}

/** Serves until the server is stopped. */
export async function listen(handler: RequestHandler, options: ListenOptions): Promise<void> {
  // Deno leaves bodies as they are unless told otherwise.
  const settings: ListenOptions = { automaticCompression: true, ...options };
  settings.onListen ??= (addr) => {
    if (!isDeployed()) announce(banner(addr as Deno.NetAddr, settings));
  };
  await serve(handler, settings).finished;
}

/** Starts a server on the given port, or on the first free one. */
function serve(handler: RequestHandler, options: ListenOptions): Deno.HttpServer {
  if (options.port !== undefined) {
    return Deno.serve(options as Deno.ServeTcpOptions, handler);
  }
  for (let port = FIRST_PORT;; port++) {
    try {
      return Deno.serve({ ...options, port } as Deno.ServeTcpOptions, handler);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || port === LAST_PORT) {
        throw error;
      }
    }
  }
}
