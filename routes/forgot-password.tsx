import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { retryHeaders } from "./(_shared)/answers.ts";
import { AuthFrame } from "./(_shared)/auth_frame.tsx";
import { fieldsOf, refusalOf } from "./(_shared)/settings_frame.tsx";

interface ForgotData {
  email: string;
  done: boolean;
  error: string | null;
  refusal: string | null;
}

export const handler = define.handlers({
  GET() {
    return page<ForgotData>({ email: "", done: false, error: null, refusal: null });
  },
  async POST(ctx) {
    const email = (await fieldsOf(ctx.req)).get("email")?.trim() ?? "";
    const answer = { email, done: false, error: null, refusal: null };
    if (!email.includes("@")) {
      const error = authText(ctx.state.locale).emailInvalid;
      return page<ForgotData>({ ...answer, error }, { status: 400 });
    }
    try {
      await ctx.state.center.requestReset(email);
      return page<ForgotData>({ ...answer, done: true }, { status: 202 });
    } catch (error) {
      if (!isProblem(error)) throw error;
      const refusal = refusalOf(error, ctx.state).text;
      return page<ForgotData>({ ...answer, refusal }, {
        status: error.status,
        headers: retryHeaders(error),
      });
    }
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const text = accountText(state.locale);
  const auth = authText(state.locale);
  if (data.done) {
    return (
      <AuthFrame title={text.forgotDone} lead={text.forgotDoneText} locale={state.locale}>
        <LinkButton href="/login">{auth.signIn}</LinkButton>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={text.forgotTitle} lead={text.forgotLead} locale={state.locale}>
      <PostForm action="/forgot-password" class="stack stack-16">
        {data.refusal ? <Banner tone="red">{data.refusal}</Banner> : null}
        <TextField
          id="email"
          label={auth.email}
          type="email"
          autocomplete="username"
          inputmode="email"
          value={data.email}
          error={data.error ?? undefined}
          required
        />
        <Button kind="primary" size="lg" type="submit">{text.forgotButton}</Button>
      </PostForm>
      <p class="quiet">
        <a href="/login">{auth.signIn}</a>
      </p>
    </AuthFrame>
  );
});
