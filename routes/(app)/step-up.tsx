import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { safeNext } from "@/lib/ui/forms.ts";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { retryHeaders, seeOther } from "../(_shared)/answers.ts";
import { AuthFrame } from "../(_shared)/auth_frame.tsx";
import { Password } from "../(_shared)/password.tsx";
import { fieldsOf, refusalOf } from "../(_shared)/settings_frame.tsx";

interface StepUpData {
  wrong: boolean;
  refusal: string | null;
}

export const handler = define.handlers({
  GET() {
    return page<StepUpData>({ wrong: false, refusal: null });
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const { center } = ctx.state;
    const proof = center.hasTwoFactor()
      ? { code: fields.get("code") ?? "" }
      : { password: fields.get("password") ?? "" };
    try {
      const cookies = await center.stepUp(ctx.req, proof);
      return seeOther(safeNext(ctx.url.searchParams.get("next")), cookies);
    } catch (error) {
      if (!isProblem(error)) throw error;
      const wrong = error.code === "credentials_invalid";
      const refusal = wrong ? null : refusalOf(error, ctx.state).text;
      return page<StepUpData>({ wrong, refusal }, {
        status: error.status,
        headers: retryHeaders(error),
      });
    }
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  return (
    <AuthFrame title={text.stepUpTitle} lead={text.stepUpLead} locale={state.locale}>
      <PostForm action={`/step-up${url.search}`} class="stack stack-16">
        {data.refusal ? <Banner tone="red">{data.refusal}</Banner> : null}
        {state.center.hasTwoFactor()
          ? (
            <TextField
              id="code"
              label={text.code}
              hint={text.codeHint}
              autocomplete="one-time-code"
              maxLength={20}
              error={data.wrong ? text.wrongCode : undefined}
              required
            />
          )
          : (
            <>
              <input
                type="hidden"
                name="username"
                autocomplete="username"
                value={state.session!.user.email}
              />
              <Password
                autocomplete="current-password"
                error={data.wrong ? authText(state.locale).mismatch : undefined}
                locale={state.locale}
              />
            </>
          )}
        <Button kind="primary" size="lg" type="submit">{text.stepUpButton}</Button>
      </PostForm>
    </AuthFrame>
  );
});
