import { define } from "@/utils.ts";

/** Where a suspended or closing account may go: its data, its history, the way out. */
const OPEN = /^\/(?:settings\/(?:data|history|sign-out)|step-up)$/;

/** Where somebody may go who does not accept new terms: to their data, and away. */
const LEAVING = /^\/(?:accept-terms|settings\/(?:data|sign-out)|step-up)$/;

/** Pages of an account send visitors to sign in, and from there back. */
export default define.middleware(async (ctx) => {
  const { pathname, search } = ctx.url;
  if (!ctx.state.session) {
    return ctx.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
  }
  if (ctx.state.center.standing() !== "active" && !OPEN.test(pathname)) {
    const headers = new Headers({ location: "/settings/data" });
    // What was typed and kept in this browser goes with the right to use it (UI-84).
    if (ctx.state.center.standing() === "suspended") {
      headers.set("clear-site-data", '"cache", "storage"');
    }
    return new Response(null, { status: 303, headers });
  }
  if (ctx.state.center.termsDue() && !LEAVING.test(pathname)) {
    return ctx.redirect(`/accept-terms?next=${encodeURIComponent(pathname + search)}`, 303);
  }
  ctx.state.situation = await ctx.state.services.situation();
  return await ctx.next();
});
