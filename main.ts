import { App, staticFiles } from "fresh";
import type { State } from "@/utils.ts";
import { boot, type PageContext, type PageHandler } from "@/lib/boot/mod.ts";
import { pageState } from "@/lib/boot/page_state.ts";
import { ConfigError } from "@/lib/platform/config.ts";
import { DataDirError } from "@/lib/platform/data_dir.ts";
import { SchemaError } from "@/lib/platform/database/migrations.ts";
import { serverConfig } from "./fresh.config.ts";

/** The pages. They get everything through the request, so that importing this starts nothing. */
export const app: App<State> = new App<State>(serverConfig)
  .use(staticFiles())
  .use(pageState)
  .fsRoutes();

/** The pages of the build. */
async function builtPages(): Promise<PageHandler> {
  const server = new URL("./_fresh/server.js", import.meta.url).href;
  const built = await import(server) as { default: { fetch: PageHandler } };
  return built.default.fetch;
}

const print = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(text));
const printError = (text: string) => void Deno.stderr.writeSync(new TextEncoder().encode(text));

/** Starts, waits for a signal, stops gracefully. Faults of the operator end in one readable report. */
export async function serve(): Promise<void> {
  let stopping = false;
  try {
    const running = boot({
      env: Deno.env.toObject(),
      pages: builtPages,
      write: print,
      say: printError,
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        if (stopping) Deno.exit(1); // asked twice: at once
        stopping = true;
        void running.stop().then(() => Deno.exit(0));
      });
    }
    await running.ready;
  } catch (error) {
    if (stopping) return; // asked to stop before everything was there
    printError(`\n${reportOf(error)}\n`);
    Deno.exit(1);
  }
}

function reportOf(error: unknown): string {
  const expected = error instanceof ConfigError || error instanceof DataDirError ||
    error instanceof SchemaError || error instanceof Deno.errors.AddrInUse;
  if (error instanceof Deno.errors.AddrInUse) {
    return "The port is in use; stop what uses it, or set PORT to another one";
  }
  if (expected) return (error as Error).message;
  // A server that refuses says why in words; where in our code that was helps nobody.
  if (error instanceof Error && error.name === "PostgresError") {
    return `The database refuses: ${(error as Error).message}`;
  }
  return `The product could not start: ${error instanceof Error ? error.stack : error}`;
}

export type { PageContext };

// Not awaited: the build imports this file for `app` and must not wait for the server.
if (import.meta.main) void serve();
