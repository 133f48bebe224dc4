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
import { PRIVATE } from "./(_shared)/link_page.tsx";
import { Password } from "./(_shared)/password.tsx";
import { fieldsOf, type Refusal, refusalOf } from "./(_shared)/settings_frame.tsx";

interface ResetData {
  state: "open" | "done" | "bad";
  token: string;
  needsCode: boolean;
  refusal: Refusal | null;
}

export const handler = define.handlers({
  async GET(ctx) {
    const token = ctx.url.searchParams.get("token") ?? "";
    const { open, needsCode } = await ctx.state.center.resetState(token);
    return page<ResetData>(
      { state: open ? "open" : "bad", token, needsCode, refusal: null },
      { headers: PRIVATE },
    );
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const token = fields.get("token") ?? "";
    const code = fields.get("code");
    const { needsCode } = await ctx.state.center.resetState(token);
    try {
      await ctx.state.center.reset(ctx.req, {
        token,
        password: fields.get("password") ?? "",
        ...(code ? { code } : {}),
      });
      return page<ResetData>(
        { state: "done", token: "", needsCode: false, refusal: null },
        { headers: PRIVATE },
      );
    } catch (error) {
      if (!isProblem(error)) throw error;
      const wrong = error.code === "credentials_invalid";
      const message = accountText(ctx.state.locale).wrongCode;
      return page<ResetData>({
        state: error.code === "link_invalid" ? "bad" : "open",
        token,
        needsCode,
        refusal: wrong
          ? { text: null, faults: [{ id: "code", message }] }
          : refusalOf(error, ctx.state),
      }, { status: error.status, headers: { ...PRIVATE, ...retryHeaders(error) } });
    }
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const text = accountText(state.locale);
  const auth = authText(state.locale);
  if (data.state === "done") {
    return (
      <AuthFrame title={text.resetDone} lead={text.resetDoneText} locale={state.locale}>
        <LinkButton kind="primary" size="lg" href="/login">{auth.signIn}</LinkButton>
      </AuthFrame>
    );
  }
  if (data.state === "bad") {
    return (
      <AuthFrame title={text.resetBad} lead={text.resetBadText} locale={state.locale}>
        <LinkButton kind="primary" size="lg" href="/forgot-password">
          {text.forgotButton}
        </LinkButton>
      </AuthFrame>
    );
  }
  const error = (id: string) => data.refusal?.faults.find((fault) => fault.id === id)?.message;
  return (
    <AuthFrame title={text.resetTitle} lead={text.resetLead} locale={state.locale}>
      <PostForm action="/reset-password" class="stack stack-16">
        {data.refusal?.text ? <Banner tone="red">{data.refusal.text}</Banner> : null}
        <input type="hidden" name="token" value={data.token} />
        <Password
          autocomplete="new-password"
          label={text.nextPassword}
          error={error("password")}
          locale={state.locale}
          meter
        />
        {data.needsCode
          ? (
            <TextField
              id="code"
              label={text.code}
              hint={text.codeHint}
              autocomplete="one-time-code"
              maxLength={20}
              error={error("code")}
              required
            />
          )
          : null}
        <Button kind="primary" size="lg" type="submit">{text.resetButton}</Button>
      </PostForm>
    </AuthFrame>
  );
});
