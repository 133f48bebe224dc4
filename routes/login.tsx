import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { explain } from "@/lib/ui/explain.ts";
import { ErrorSummary, type FormFault, TextField } from "@/lib/ui/field.tsx";
import { safeNext, signInFaults, signInFields } from "@/lib/ui/forms.ts";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import { expectProblem, problemBody, retryHeaders, seeOther } from "./(_shared)/answers.ts";
import { AuthFrame } from "./(_shared)/auth_frame.tsx";
import { Password } from "./(_shared)/password.tsx";
import { readerOf } from "./(_shared)/shell.tsx";

interface LoginData {
  email: string;
  faults: FormFault[];
  /** A refusal that belongs to no field. */
  refusal: string | null;
}

export const handler = define.handlers({
  GET(ctx) {
    if (ctx.state.session) return ctx.redirect("/chat", 303);
    return page<LoginData>({ email: "", faults: [], refusal: null });
  },
  async POST(ctx) {
    const { locale, services } = ctx.state;
    const fields = signInFields(await ctx.req.formData());
    const { email } = fields;
    const faults = signInFaults(fields, locale);
    if (faults.length > 0) {
      return page<LoginData>({ email, faults, refusal: null }, { status: 400 });
    }
    try {
      const result = await services.accounts.signIn(ctx.req, fields);
      const next = safeNext(ctx.url.searchParams.get("next"));
      if (result.kind === "signed_in") return seeOther(next, result.cookies);
      const query = new URLSearchParams({ challenge: result.challengeId, next });
      return seeOther(`/2fa?${query}`);
    } catch (error) {
      const problem = expectProblem(error);
      const { title, text } = explain(problemBody(problem), readerOf(ctx.state));
      const wrong = problem.code === "credentials_invalid";
      return page<LoginData>({
        email,
        faults: wrong ? [{ id: "password", message: authText(locale).mismatch }] : [],
        refusal: wrong ? null : `${title}. ${text}`,
      }, { status: problem.status, headers: retryHeaders(problem) });
    }
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { locale, services } = state;
  const text = authText(locale);
  const error = (id: string) => data.faults.find((fault) => fault.id === id)?.message;
  return (
    <AuthFrame title={text.signInTitle} lead={text.signInLead} locale={locale}>
      <PostForm action={`/login${url.search}`} class="stack stack-16">
        {data.refusal ? <Banner tone="red">{data.refusal}</Banner> : null}
        {data.faults.length > 1 ? <ErrorSummary faults={data.faults} locale={locale} /> : null}
        <TextField
          id="email"
          label={text.email}
          type="email"
          autocomplete="username"
          inputmode="email"
          enterkeyhint="next"
          value={data.email}
          error={error("email")}
          required
        />
        <Password
          autocomplete="current-password"
          error={error("password")}
          locale={locale}
        />
        <p class="small">
          <a href="/forgot-password">{text.forgot}</a>
        </p>
        <Button kind="primary" size="lg" type="submit">{text.signIn}</Button>
      </PostForm>
      {services.accounts.registrationOpen()
        ? (
          <p class="quiet">
            {text.newHere}{" "}
            <a href="/register">
              {say(text.startTrial, { days: services.accounts.trialDays() }, locale)}
            </a>
          </p>
        )
        : null}
    </AuthFrame>
  );
});
