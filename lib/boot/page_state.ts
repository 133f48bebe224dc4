import { type Context, HttpError } from "fresh";
import { errorFields } from "@/lib/platform/log.ts";
import { preferredLocale } from "@/lib/platform/locale.ts";
import { Problem } from "@/lib/platform/problem.ts";
import { interfaceLocale } from "@/lib/ui/text/languages.ts";
import type { State } from "@/utils.ts";
import type { PageContext } from "./dispatch.ts";

/** Fills the state of a page from what the request carries. */
export async function pageState(ctx: Context<State>): Promise<Response> {
  const { page } = ctx.info as unknown as { page: PageContext };
  ctx.state.services = page.services;
  ctx.state.center = page.center;
  ctx.state.session = page.signedIn ? { user: page.signedIn.user } : null;
  ctx.state.formToken = page.formToken;
  ctx.state.correlationId = page.correlationId;
  const { user } = page.signedIn ?? {};
  ctx.state.locale = user
    ? interfaceLocale(user.locale)
    : preferredLocale(ctx.req.headers.get("accept-language"));
  ctx.state.nonce = "";
  ctx.state.refused = page.refused;
  try {
    return await ctx.next();
  } catch (error) {
    // The error page says no more than an id; what happened is in the log under it.
    if (error instanceof Problem) page.fault = error;
    if (!(error instanceof HttpError) && !(error instanceof Problem)) {
      page.log.error("page.failed", "A page could not be rendered", errorFields(error));
    }
    throw error;
  }
}
