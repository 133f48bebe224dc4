import type { Context } from "fresh";
import type { State } from "@/utils.ts";
import type { PageContext } from "./mod.ts";

/** Fills the state of a page from what the request carries. */
export function pageState(ctx: Context<State>): Promise<Response> {
  const { page } = ctx.info as unknown as { page: PageContext };
  ctx.state.services = page.services;
  ctx.state.session = page.signedIn ? { user: page.signedIn.user } : null;
  ctx.state.correlationId = page.correlationId;
  ctx.state.locale = page.signedIn?.user.locale ?? "en";
  ctx.state.nonce = "";
  return ctx.next();
}
