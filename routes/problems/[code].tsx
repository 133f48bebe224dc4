import { HttpError, page } from "fresh";
import { define } from "@/utils.ts";
import { anyReader } from "@/lib/ui/format.ts";
import { explain } from "@/lib/ui/explain.ts";
import { say } from "@/lib/ui/say.ts";
import { faultText } from "@/lib/ui/text/faults.ts";
import { problemText } from "@/lib/ui/text/problems.ts";
import { PublicFrame } from "../(_shared)/public_frame.tsx";

/** The page that the `type` of an error leads to (API-2). */
export const handler = define.handlers({
  GET(ctx) {
    const code = ctx.params["code"] ?? "";
    const known = Object.hasOwn(problemText(ctx.state.locale), `${code}_text`);
    if (!known) throw new HttpError(404);
    return page({ code });
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const { locale } = state;
  const text = faultText(locale);
  const { title, text: words } = explain({ code: data.code }, { ...anyReader, locale });
  return (
    <PublicFrame signedIn={Boolean(state.session)} title={title} locale={locale}>
      <article class="wrap read">
        <header class="stack stack-12">
          <p class="small quiet">{say(text.problemTitle, { code: data.code })}</p>
          <h1>{title}</h1>
          <p class="lead">{words}</p>
        </header>
      </article>
    </PublicFrame>
  );
});
