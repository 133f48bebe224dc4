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
    return ctx.redirect("/settings/data", 303);
  }
  if (ctx.state.center.termsDue() && !LEAVING.test(pathname)) {
    return ctx.redirect(`/accept-terms?next=${encodeURIComponent(pathname + search)}`, 303);
  }
  ctx.state.situation = await ctx.state.services.situation();
  return await ctx.next();
});
