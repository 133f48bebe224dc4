import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { safeNext } from "@/lib/ui/forms.ts";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { retryHeaders, seeOther } from "./(_shared)/answers.ts";
import { AuthFrame } from "./(_shared)/auth_frame.tsx";
import { fieldsOf, refusalOf } from "./(_shared)/settings_frame.tsx";

interface SecondData {
  wrong: boolean;
  /** The challenge has run out or was used. */
  ended: boolean;
  refusal: string | null;
}

export const handler = define.handlers({
  GET(ctx) {
    if (ctx.state.session) return ctx.redirect("/chat", 303);
    const ended = !ctx.url.searchParams.get("challenge");
    return page<SecondData>({ wrong: false, ended, refusal: null });
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const challengeId = ctx.url.searchParams.get("challenge") ?? "";
    try {
      const code = fields.get("code") ?? "";
      const cookies = await ctx.state.center.secondStep(ctx.req, { challengeId, code });
      return seeOther(safeNext(ctx.url.searchParams.get("next")), cookies);
    } catch (error) {
      if (!isProblem(error)) throw error;
      const wrong = error.code === "credentials_invalid" || error.code === "validation_failed";
      const ended = error.code === "token_expired" || error.code === "token_invalid";
      const refusal = wrong || ended ? null : refusalOf(error, ctx.state).text;
      return page<SecondData>({ wrong, ended, refusal }, {
        status: error.status,
        headers: retryHeaders(error),
      });
    }
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  if (data.ended) {
    return (
      <AuthFrame title={text.secondTitle} lead={text.secondEnded} locale={state.locale}>
        <LinkButton kind="primary" href="/login">{text.secondAgain}</LinkButton>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={text.secondTitle} lead={text.secondLead} locale={state.locale}>
      <PostForm action={`/2fa${url.search}`} class="stack stack-16">
        {data.refusal ? <Banner tone="red">{data.refusal}</Banner> : null}
        <TextField
          id="code"
          label={text.code}
          hint={text.codeHint}
          autocomplete="one-time-code"
          maxLength={20}
          error={data.wrong ? text.wrongCode : undefined}
          required
        />
        <Button kind="primary" size="lg" type="submit">{text.goOn}</Button>
      </PostForm>
    </AuthFrame>
  );
});
