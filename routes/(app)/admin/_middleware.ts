import { HttpError } from "fresh";
import { define } from "@/utils.ts";

/** Pages of administrators are not there for anybody else. */
export default define.middleware((ctx) => {
  if (ctx.state.services.billingAdmin === null) throw new HttpError(404);
  return ctx.next();
});
