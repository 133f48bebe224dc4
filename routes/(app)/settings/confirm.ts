import { define } from "@/utils.ts";
import { safeNext } from "@/lib/ui/forms.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { seeOther } from "../../(_shared)/answers.ts";
import { fieldsOf } from "../../(_shared)/settings_frame.tsx";
import { HIDE_VERIFY_COOKIE } from "../../(_shared)/verify_banner.tsx";

/** The buttons of the banner that asks to confirm the e-mail: another mail, or not now. */
export const handler = define.handlers({
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const next = safeNext(fields.get("next"));
    if (fields.get("act") === "hide") {
      return seeOther(next, [`${HIDE_VERIFY_COOKIE}=1; Path=/; SameSite=Lax; HttpOnly`]);
    }
    try {
      await ctx.state.center.resendVerification();
      return seeOther(`${next}?resent=1`);
    } catch (error) {
      if (!isProblem(error, "rate_limited")) throw error;
      return seeOther(`${next}?resent=${encodeURIComponent(String(error.extra.resetsAt))}`);
    }
  },
});
