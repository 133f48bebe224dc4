import { page } from "fresh";
import { define } from "@/utils.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { fieldsOf } from "./(_shared)/settings_frame.tsx";
import { type LinkData, LinkPage, PRIVATE } from "./(_shared)/link_page.tsx";

export const handler = define.handlers({
  /** Mail scanners open links: that alone changes nothing. */
  GET(ctx) {
    const token = ctx.url.searchParams.get("token") ?? "";
    return page<LinkData>({ state: token ? "open" : "bad", token, refusal: null }, {
      headers: PRIVATE,
    });
  },
  /** The button of the page, or a mail program on the reader's word (RFC 8058): no redirect. */
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const token = fields.get("token") ?? ctx.url.searchParams.get("token") ?? "";
    try {
      await ctx.state.center.unsubscribe(token);
      return page<LinkData>({ state: "done", token: "", refusal: null }, { headers: PRIVATE });
    } catch (error) {
      if (!isProblem(error, "link_invalid")) throw error;
      const { status } = error;
      return page<LinkData>({ state: "bad", token, refusal: null }, { status, headers: PRIVATE });
    }
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const text = accountText(state.locale);
  const settings = { href: "/settings/notifications", label: text.unsubscribeSettings };
  return (
    <LinkPage
      data={data}
      locale={state.locale}
      action="/unsubscribe"
      words={{
        title: text.unsubscribeTitle,
        lead: text.unsubscribeLead,
        button: text.unsubscribeButton,
        done: text.unsubscribeDone,
        doneText: text.unsubscribeDoneText,
        bad: text.unsubscribeBad,
        badText: text.unsubscribeBadText,
      }}
      onward={settings}
      fallback={settings}
    />
  );
});
