import { define } from "@/utils.ts";

/** Ends the session and wipes what this browser holds of it (UI-84). */
export const handler = define.handlers({
  async POST(ctx) {
    const headers = new Headers({
      location: "/",
      "clear-site-data": '"cache", "storage"',
    });
    for (const cookie of await ctx.state.services.accounts.signOut(ctx.req)) {
      headers.append("set-cookie", cookie);
    }
    return new Response(null, { status: 303, headers });
  },
});
