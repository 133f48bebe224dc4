import { createDefine } from "fresh";
import type { Problem } from "@/lib/platform/problem.ts";
import type { Look } from "@/lib/ui/look.ts";
import type { AccountCenter } from "@/lib/boot/account_center.ts";
import type { PageServices, Session, Situation } from "@/lib/ui/view.ts";

/** What every page handler and page finds in `ctx.state`. A middleware of the app fills it. */
export interface State {
  services: PageServices;
  /** What the account's pages may do for whoever looks at them. */
  center: AccountCenter;
  /** Null for visitors. */
  session: Session | null;
  /** Binds the forms of the page to the session; null for visitors. */
  formToken: string | null;
  /** How the product stands for the person; filled on pages of people who are signed in. */
  situation: Situation;
  /** Whether the person hid the banner that asks to confirm the e-mail. */
  hideVerify: boolean;
  /** Why the page is not shown, when it is not. */
  refused: Problem | null;
  /** Nonce of this answer's scripts and styles. */
  nonce: string;
  /** Joins the answer, the log and the error card. */
  correlationId: string;
  /** BCP 47 tag: the account's, else the best match of `Accept-Language`. */
  locale: string;
  /** How the page looks; `routes/_middleware.ts` sets it. */
  look: Look;
}

/** Typed `define.page`, `define.handlers`, … of this app. */
export const define = createDefine<State>();
