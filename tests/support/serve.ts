/**
 * Starts the product without pages in a process of its own, for tests that kill it. Prints its
 * address once it is ready, then serves until it is ended.
 */
import { boot } from "@/lib/boot/mod.ts";

const running = boot({ env: Deno.env.toObject() });
const services = await running.ready;
const standIn = services.standIn?.url ?? "";
Deno.stdout.writeSync(new TextEncoder().encode(`${running.url} ${standIn}\n`));
