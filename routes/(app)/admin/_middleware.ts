import { HttpError } from "fresh";
import { define } from "@/utils.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { seeOther } from "../../(_shared)/answers.ts";

/**
 * Pages of administrators are not there for anybody else. What changes something asks for a fresh
 * proof of who is there: the person is led to it and back.
 */
export default define.middleware(async (ctx) => {
  if (ctx.state.services.billingAdmin === null) throw new HttpError(404);
  try {
    return await ctx.next();
  } catch (error) {
    if (!isProblem(error, "step_up_required")) throw error;
    return seeOther(`/step-up?next=${encodeURIComponent(ctx.url.pathname + ctx.url.search)}`);
  }
});
