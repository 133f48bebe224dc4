import { HttpError, page } from "fresh";
import { define } from "@/utils.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { Markdown } from "@/lib/ui/markdown.tsx";
import { say } from "@/lib/ui/say.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import { PublicFrame } from "../(_shared)/public_frame.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    try {
      const { name } = ctx.params;
      return page(await ctx.state.services.legal.document(name ?? "", ctx.state.locale));
    } catch (error) {
      if (isProblem(error, "not_found")) throw new HttpError(404);
      throw error;
    }
  },
});

/** Terms, privacy notice, processors and cookies, each with its version (ACC-137). */
export default define.page<typeof handler>(({ data, state, url }) => {
  const text: Record<string, string> = authText(state.locale);
  const title = text[`legal_${url.pathname.split("/").at(-1)}`]!;
  return (
    <PublicFrame signedIn={Boolean(state.session)} title={title} locale={state.locale}>
      <article class="wrap read stack stack-16">
        <h1>{title}</h1>
        <p class="quiet small">{say(text.legalVersion!, { version: data.version })}</p>
        <Markdown text={data.text.replace(/^# .*\n/, "")} locale={state.locale} />
        <nav class="row" aria-label={text.legal}>
          {state.services.legal.pages.map((name) => (
            <a key={name} href={`/legal/${name}`}>{text[`legal_${name}`]}</a>
          ))}
        </nav>
      </article>
    </PublicFrame>
  );
});
