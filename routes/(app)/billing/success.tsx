import { page } from "fresh";
import { Head } from "fresh/runtime";
import { define } from "@/utils.ts";
import { LinkButton, Spinner } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { PageHead } from "@/lib/ui/frame.tsx";
import { say } from "@/lib/ui/say.ts";
import { billingText } from "@/lib/ui/text/billing.ts";
import { PaymentMode } from "../../(_shared)/billing_parts.tsx";
import { Shell } from "../../(_shared)/shell.tsx";

/** Looks again every two seconds, fifteen times: half a minute (BIL-16). */
const MOST_LOOKS = 15;

/** Where a paid checkout leads. It grants nothing by itself: it waits for the provider's word. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const looks = Math.max(0, Number(ctx.url.searchParams.get("look")) || 0);
    const [quota, subscription] = await Promise.all([
      services.usage.quota(session!.user.id),
      services.billing.subscription(),
    ]);
    const applied = ["trialing", "active"].includes(subscription.status);
    const waits = !applied && looks < MOST_LOOKS;
    const again = new URL(ctx.url);
    again.searchParams.set("look", String(looks + 1));
    return page({
      quota,
      applied,
      waits,
      next: `${again.pathname}${again.search}`,
      mode: services.billing.mode(),
      planName: services.plans.cards().find(({ plan }) => plan === subscription.plan)?.name ?? "",
    });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = billingText(state.locale);
  return (
    <Shell state={state} url={url} title={text.successTitle} quota={data.quota}>
      {data.waits
        ? (
          <Head>
            <meta http-equiv="refresh" content={`2;url=${data.next}`} />
          </Head>
        )
        : null}
      <PageHead title={text.successTitle} />
      <PaymentMode mode={data.mode} locale={state.locale} />
      <Card>
        <div role="status" class="stack">
          {data.applied
            ? (
              <>
                <p class="strong">{say(text.successDone, { plan: data.planName })}</p>
                <p class="quiet">{text.successDoneText}</p>
              </>
            )
            : (
              <p class="row">
                {data.waits ? <Spinner /> : null}
                {data.waits ? text.successWaiting : text.successLate}
              </p>
            )}
        </div>
        <div class="row">
          <LinkButton kind={data.applied ? "primary" : "secondary"} href="/chat">
            {text.toChat}
          </LinkButton>
          <LinkButton href="/billing">{text.toBilling}</LinkButton>
        </div>
      </Card>
    </Shell>
  );
});
