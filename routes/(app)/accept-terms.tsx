import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Checkbox } from "@/lib/ui/field.tsx";
import { safeNext } from "@/lib/ui/forms.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { authText } from "@/lib/ui/text/auth.ts";
import { seeOther } from "../(_shared)/answers.ts";
import { AuthFrame } from "../(_shared)/auth_frame.tsx";
import { LegalLinks } from "../(_shared)/legal_links.tsx";
import { fieldsOf } from "../(_shared)/settings_frame.tsx";

interface TermsData {
  missing: boolean;
}

/** Asks again when terms or privacy notice have a new version (ACC-8). */
export const handler = define.handlers({
  GET() {
    return page<TermsData>({ missing: false });
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    if (fields.get("acceptTerms") !== "on") {
      return page<TermsData>({ missing: true }, { status: 400 });
    }
    await ctx.state.center.acceptTerms();
    return seeOther(safeNext(ctx.url.searchParams.get("next")));
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = authText(state.locale);
  return (
    <AuthFrame title={text.newTerms} lead={text.newTermsLead} locale={state.locale}>
      <PostForm action={`/accept-terms${url.search}`} class="stack stack-16">
        <Checkbox
          id="acceptTerms"
          name="acceptTerms"
          label={text.terms}
          error={data.missing ? text.termsMissing : undefined}
          required
        />
        <LegalLinks locale={state.locale} />
        <Button kind="primary" size="lg" type="submit">{text.newTermsButton}</Button>
      </PostForm>
      <p class="quiet small">
        <a href="/settings/data">{text.newTermsLeave}</a>
      </p>
    </AuthFrame>
  );
});
