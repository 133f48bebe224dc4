import { define } from "@/utils.ts";

/** Pages of an account send visitors to sign in, and from there back. */
export default define.middleware((ctx) => {
  if (ctx.state.session) return ctx.next();
  const next = `${ctx.url.pathname}${ctx.url.search}`;
  return ctx.redirect(`/login?next=${encodeURIComponent(next)}`, 303);
});
