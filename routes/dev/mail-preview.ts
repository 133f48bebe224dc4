import { HttpError } from "fresh";
import { define } from "@/utils.ts";

/** The property by which the page layer tells the headers of an answer their nonce. */
const NONCE = Symbol.for("__freshNonce");

/** One kind of mail as it will look, or a kept one; for development alone (API-76). */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, locale } = ctx.state;
    if (!services.isDevelopment) throw new HttpError(404);
    const { searchParams } = ctx.url;
    const id = searchParams.get("id");
    const kept = id ? (await services.mailbox()).find((mail) => mail.id === id) : null;
    const html = kept?.html ?? services.mailPreview.html({
      kind: searchParams.get("kind") ?? "",
      locale: searchParams.get("locale") ?? locale,
    });
    if (!html) throw new HttpError(404);
    const nonce = crypto.randomUUID().replaceAll("-", "");
    const response = new Response(html.replace("<style>", `<style nonce="${nonce}">`), {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
    return Object.assign(response, { [NONCE]: nonce });
  },
});
