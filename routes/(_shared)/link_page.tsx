import type { Context } from "fresh";
import { page } from "fresh";
import type { State } from "@/utils.ts";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { isProblem } from "@/lib/platform/problem.ts";
import { retryHeaders } from "./answers.ts";
import { AuthFrame } from "./auth_frame.tsx";
import { fieldsOf, refusalOf } from "./settings_frame.tsx";

/** What a page behind a link in a mail has come to. */
export interface LinkData {
  state: "open" | "done" | "bad";
  token: string;
  refusal: string | null;
}

/** The address of such a page is a secret: it goes to nobody else (ACC-55). */
export const PRIVATE = { "referrer-policy": "no-referrer", "cache-control": "no-store" };

/**
 * Handlers of a page with one button. Opening it changes nothing, however often and by whomever;
 * only the button does (ACC-51).
 */
export function linkHandlers(work: (state: State, token: string) => Promise<unknown>) {
  return {
    GET(ctx: Context<State>) {
      const token = ctx.url.searchParams.get("token") ?? "";
      return page<LinkData>({ state: token ? "open" : "bad", token, refusal: null }, {
        headers: PRIVATE,
      });
    },
    async POST(ctx: Context<State>) {
      const token = (await fieldsOf(ctx.req)).get("token") ?? "";
      try {
        await work(ctx.state, token);
        return page<LinkData>({ state: "done", token: "", refusal: null }, { headers: PRIVATE });
      } catch (error) {
        if (!isProblem(error)) throw error;
        const bad = error.code === "link_invalid" || error.code === "validation_failed";
        return page<LinkData>({
          state: bad ? "bad" : "open",
          token,
          refusal: bad ? null : refusalOf(error, ctx.state).text,
        }, { status: error.status, headers: { ...PRIVATE, ...retryHeaders(error) } });
      }
    },
  };
}

/** Props of {@link LinkPage}. */
export interface LinkPageProps {
  data: LinkData;
  locale: string;
  /** Path of the page. */
  action: string;
  words: {
    title: string;
    lead: string;
    button: string;
    done: string;
    doneText: string;
    bad: string;
    badText: string;
  };
  /** Where to go once it is done, and where when the link is of no use. */
  onward: { href: string; label: string };
  fallback: { href: string; label: string };
}

/** A page with one button, its success and its failure. */
export function LinkPage({ data, locale, action, words, onward, fallback }: LinkPageProps) {
  if (data.state === "done") {
    return (
      <AuthFrame title={words.done} lead={words.doneText} locale={locale}>
        <LinkButton kind="primary" size="lg" href={onward.href}>{onward.label}</LinkButton>
      </AuthFrame>
    );
  }
  if (data.state === "bad") {
    return (
      <AuthFrame title={words.bad} lead={words.badText} locale={locale}>
        <LinkButton kind="primary" size="lg" href={fallback.href}>{fallback.label}</LinkButton>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={words.title} lead={words.lead} locale={locale}>
      <PostForm action={action} class="stack stack-16">
        {data.refusal ? <Banner tone="red">{data.refusal}</Banner> : null}
        <input type="hidden" name="token" value={data.token} />
        <Button kind="primary" size="lg" type="submit">{words.button}</Button>
      </PostForm>
    </AuthFrame>
  );
}
