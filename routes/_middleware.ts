import { define } from "@/utils.ts";
import { HIDE_VERIFY_COOKIE } from "./(_shared)/verify_banner.tsx";
import { DEFAULT_LOOK, LOOK_COOKIE, lookFromCookie } from "@/lib/ui/look.ts";

/** Finds the look before the page is rendered, so that the first paint has it (UI-67). */
export default define.middleware(async (ctx) => {
  const cookie = ctx.req.headers.get("cookie");
  const { session, services } = ctx.state;
  ctx.state.look = lookFromCookie(cookie);
  ctx.state.hideVerify = cookie?.includes(`${HIDE_VERIFY_COOKIE}=1`) ?? false;
  // A device that has no choice of its own takes the account's.
  if (session && !cookie?.includes(`${LOOK_COOKIE}=`)) {
    ctx.state.look = { ...DEFAULT_LOOK, ...await services.accounts.look(session.user.id) };
  }
  return await ctx.next();
});
