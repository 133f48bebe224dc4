import type { State } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { formatTime } from "@/lib/ui/format.ts";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { accountText } from "@/lib/ui/text/account.ts";

/** Name of the cookie that hides the banner until the browser is closed. */
export const HIDE_VERIFY_COOKIE = "nova_hide_verify";

/** Asks to confirm the e-mail, wherever it is the most urgent thing (ACC-54). */
export function VerifyBanner({ state, url }: { state: State; url: URL }) {
  const user = state.session!.user;
  const text = accountText(state.locale);
  const resent = url.searchParams.get("resent");
  const wait = resent !== null && /^\d{4}-/.test(resent) && !Number.isNaN(Date.parse(resent))
    ? resent
    : null;
  const values = { email: user.email };
  const words = wait
    ? say(text.bannerWait, {
      time: formatTime(wait, { locale: state.locale, timeZone: user.timeZone }),
    })
    : say(resent ? text.bannerSent : text.bannerText, values);
  return (
    <Banner
      tone="amber"
      lead={text.bannerLead}
      action={
        <PostForm action="/settings/confirm" class="row">
          <input type="hidden" name="next" value={url.pathname} />
          {resent
            ? null
            : <Button size="sm" type="submit" name="act" value="resend">{text.bannerResend}
            </Button>}
          <Button size="sm" kind="ghost" type="submit" name="act" value="hide">
            {text.bannerHide}
          </Button>
        </PostForm>
      }
    >
      {words}
    </Banner>
  );
}
