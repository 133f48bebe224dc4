import { define } from "@/utils.ts";
import { HIDE_VERIFY_COOKIE } from "./(_shared)/verify_banner.tsx";
import { DEFAULT_LOOK, type Look, lookCookie, lookFromCookie } from "@/lib/ui/look.ts";

/** Finds the look before the page is rendered, so that the first paint has it (UI-67). */
export default define.middleware(async (ctx) => {
  const cookie = ctx.req.headers.get("cookie");
  const { session, services } = ctx.state;
  ctx.state.look = lookFromCookie(cookie);
  ctx.state.hideVerify = cookie?.includes(`${HIDE_VERIFY_COOKIE}=1`) ?? false;
  if (ctx.state.refused) throw ctx.state.refused;
  if (!session) return await ctx.next();
  // The account's choice holds on every device; the cookie is for pages before signing in.
  const stored: Look = { ...DEFAULT_LOOK, ...await services.accounts.look(session.user.id) };
  const differs = lookCookie(stored) !== lookCookie(ctx.state.look);
  ctx.state.look = stored;
  const response = await ctx.next();
  if (differs && ctx.req.method === "GET" && !response.headers.has("set-cookie")) {
    response.headers.append("set-cookie", lookCookie(stored));
  }
  return response;
});
