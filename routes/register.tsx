import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { explain } from "@/lib/ui/explain.ts";
import { Checkbox, ErrorSummary, type FormFault, TextField } from "@/lib/ui/field.tsx";
import { registerFaults, type RegisterFields, registerFields } from "@/lib/ui/forms.ts";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import type { Problem } from "@/lib/platform/problem.ts";
import { expectProblem, problemBody, retryHeaders, seeOther } from "./(_shared)/answers.ts";
import { AuthFrame } from "./(_shared)/auth_frame.tsx";
import { LegalLinks } from "./(_shared)/legal_links.tsx";
import { Password } from "./(_shared)/password.tsx";
import { readerOf } from "./(_shared)/shell.tsx";

interface RegisterData {
  fields: Omit<RegisterFields, "password">;
  faults: FormFault[];
  refusal: string | null;
  /** The server answers the same for known and unknown addresses (ACC-3). */
  accepted: boolean;
}

const EMPTY = { email: "", displayName: "", acceptTerms: false, ageConfirmed: false };

export const handler = define.handlers({
  GET(ctx) {
    if (ctx.state.session) return ctx.redirect("/chat", 303);
    return page<RegisterData>({ fields: EMPTY, faults: [], refusal: null, accepted: false });
  },
  async POST(ctx) {
    const { locale, services } = ctx.state;
    const { password, ...fields } = registerFields(await ctx.req.formData());
    const answer = { fields, refusal: null, accepted: false };
    const faults = registerFaults({ password, ...fields }, locale);
    if (faults.length > 0) return page<RegisterData>({ ...answer, faults }, { status: 400 });
    try {
      const result = await services.accounts.register(ctx.req, {
        email: fields.email,
        password,
        ...(fields.displayName ? { displayName: fields.displayName } : {}),
        acceptTerms: true,
        ageConfirmed: true,
      });
      if (result.kind === "signed_in") return seeOther("/welcome", result.cookies);
      return page<RegisterData>({ ...answer, faults: [], accepted: true }, { status: 202 });
    } catch (error) {
      const problem = expectProblem(error);
      const found = faultsOf(problem, locale);
      const { title, text } = explain(problemBody(problem), readerOf(ctx.state));
      return page<RegisterData>(
        { ...answer, faults: found, refusal: found.length > 0 ? null : `${title}. ${text}` },
        { status: problem.status, headers: retryHeaders(problem) },
      );
    }
  },
});

/** A refusal as faults of fields, where it names any. */
function faultsOf(problem: Problem, locale: string): FormFault[] {
  if (problem.code === "email_taken") {
    return [{ id: "email", message: authText(locale).emailTaken }];
  }
  const errors = problem.extra["errors"];
  if (!Array.isArray(errors)) return [];
  return errors.map(({ path, message }: { path: string; message: string }) => ({
    id: path,
    message,
  }));
}

export default define.page<typeof handler>(({ data, state }) => {
  const { locale, services } = state;
  const text = authText(locale);
  const { accounts } = services;
  if (!accounts.registrationOpen()) {
    return (
      <AuthFrame title={text.registerClosed} lead={text.registerClosedText} locale={locale}>
        <LinkButton href="/login">{text.signIn}</LinkButton>
      </AuthFrame>
    );
  }
  if (data.accepted) {
    return (
      <AuthFrame title={text.accepted} lead={text.acceptedText} locale={locale}>
        <LinkButton href="/login">{text.signIn}</LinkButton>
      </AuthFrame>
    );
  }
  return (
    <RegisterForm data={data} days={accounts.trialDays()} age={accounts.minAge()} locale={locale} />
  );
});

function RegisterForm(
  { data, days, age, locale }: { data: RegisterData; days: number; age: number; locale: string },
) {
  const text = authText(locale);
  const { fields, faults } = data;
  const error = (id: string) => faults.find((fault) => fault.id === id)?.message;
  return (
    <AuthFrame
      title={text.registerTitle}
      lead={say(text.registerLead, { days }, locale)}
      locale={locale}
    >
      <PostForm action="/register" class="stack stack-16">
        {data.refusal ? <Banner tone="red">{data.refusal}</Banner> : null}
        {faults.length > 1 ? <ErrorSummary faults={faults} locale={locale} /> : null}
        <TextField
          id="displayName"
          label={text.name}
          autocomplete="name"
          enterkeyhint="next"
          maxLength={100}
          hint={text.nameHint}
          value={fields.displayName}
          error={error("displayName")}
        />
        <TextField
          id="email"
          label={text.email}
          type="email"
          autocomplete="username"
          inputmode="email"
          enterkeyhint="next"
          value={fields.email}
          error={error("email")}
          required
        />
        <Password
          autocomplete="new-password"
          hint={text.passwordHint}
          error={error("password")}
          locale={locale}
          meter
        />
        <Checkbox
          id="acceptTerms"
          name="acceptTerms"
          label={text.terms}
          checked={fields.acceptTerms}
          error={error("acceptTerms")}
          required
        />
        <LegalLinks locale={locale} />
        <Checkbox
          id="ageConfirmed"
          name="ageConfirmed"
          label={say(text.age, { age }, locale)}
          checked={fields.ageConfirmed}
          error={error("ageConfirmed")}
          required
        />
        <Button kind="primary" size="lg" type="submit">{text.register}</Button>
      </PostForm>
      <p class="quiet">
        {text.haveAccount} <a href="/login">{text.signIn}</a>
      </p>
    </AuthFrame>
  );
}
