import { HttpError, page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { PageHead } from "@/lib/ui/frame.tsx";
import { billingText } from "@/lib/ui/text/billing.ts";
import { seeOther } from "../../(_shared)/answers.ts";
import { ActForm, PaymentMode } from "../../(_shared)/billing_parts.tsx";
import { Shell } from "../../(_shared)/shell.tsx";

/** What stands in for the provider's own page of cards and receipts. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    if (services.billing.mode() !== "test") throw new HttpError(404);
    const [quota, subscription] = await Promise.all([
      services.usage.quota(session!.user.id),
      services.billing.subscription(),
    ]);
    return page({ quota, open: subscription.status === "past_due" });
  },
  async POST(ctx) {
    const { billing } = ctx.state.services;
    if ((await billing.subscription()).status === "past_due") await billing.payTestInvoice();
    return seeOther("/billing?done=paid");
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = billingText(state.locale);
  return (
    <Shell state={state} url={url} title={text.portalTitle} quota={data.quota}>
      <PageHead title={text.portalTitle} lead={text.portalText} />
      <PaymentMode mode="test" locale={state.locale} />
      <Card>
        {data.open
          ? <ActForm act="pay" kind="primary" path="/billing/test-portal">{text.portalPay}</ActForm>
          : <p>{text.portalNothing}</p>}
        <div class="row">
          <LinkButton href="/billing">{text.back}</LinkButton>
        </div>
      </Card>
    </Shell>
  );
});
