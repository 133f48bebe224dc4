import { page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { PageHead } from "@/lib/ui/frame.tsx";
import { billingText } from "@/lib/ui/text/billing.ts";
import { PaymentMode } from "../../(_shared)/billing_parts.tsx";
import { Shell } from "../../(_shared)/shell.tsx";

/** Where a checkout leads that was left (BIL-16). */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const quota = await services.usage.quota(session!.user.id);
    return page({ quota, mode: services.billing.mode() });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = billingText(state.locale);
  return (
    <Shell state={state} url={url} title={text.cancelPageTitle} quota={data.quota}>
      <PageHead title={text.cancelPageTitle} />
      <PaymentMode mode={data.mode} locale={state.locale} />
      <Card>
        <p>{text.cancelPageText}</p>
        <div class="row">
          <LinkButton kind="primary" href="/billing">{text.seePlans}</LinkButton>
          <LinkButton href="/chat">{text.toChat}</LinkButton>
        </div>
      </Card>
    </Shell>
  );
});
