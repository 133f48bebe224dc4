import { define } from "@/utils.ts";

/** The whole ledger as a file (USE-43). */
export const handler = define.handlers({
  GET: (ctx) => ctx.state.services.usage.ledgerCsv(ctx.state.session!.user.id),
});
