import { page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { PageHead } from "@/lib/ui/frame.tsx";
import { PlanCard, Questions } from "@/lib/ui/plans.tsx";
import { say } from "@/lib/ui/say.ts";
import { billingText } from "@/lib/ui/text/billing.ts";
import { PaymentMode } from "./(_shared)/billing_parts.tsx";
import { PublicFrame } from "./(_shared)/public_frame.tsx";
import { readerOf } from "./(_shared)/shell.tsx";

/** Plans and prices for everybody, from the one list of plans (PLN-12). */
export const handler = define.handlers({
  GET(ctx) {
    const { plans, billing } = ctx.state.services;
    return page({
      plans: plans.cards().filter((plan) => plan.plan !== "expired"),
      mode: billing.mode(),
      graceDays: billing.graceDays(),
      refundDays: billing.refundDays(),
    });
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const text = billingText(state.locale);
  const reader = readerOf(state);
  const signedIn = state.session !== null;
  return (
    <PublicFrame
      signedIn={signedIn}
      title={text.pricingTitle}
      description={text.pricingLead}
      locale={state.locale}
      action={signedIn ? undefined : { href: "/register", label: text.startTrial }}
    >
      <div class="wrap band stack stack-24">
        <PageHead title={text.pricingTitle} lead={text.pricingLead} />
        <PaymentMode mode={data.mode} locale={state.locale} />
        <div class="cols-3">
          {data.plans.map((plan) => {
            const trial = plan.trialDays !== null;
            return (
              <PlanCard
                key={plan.plan}
                plan={plan}
                reader={reader}
                best={plan.plan === "basic"}
                level={2}
                action={trial
                  ? signedIn ? null : <LinkButton href="/register">{text.startTrial}</LinkButton>
                  : data.mode === "none"
                  ? null
                  : (
                    <LinkButton kind="primary" href="/billing">
                      {say(text.choose, { plan: plan.name })}
                    </LinkButton>
                  )}
              />
            );
          })}
        </div>
        <section class="stack stack-16" aria-labelledby="questions">
          <h2 id="questions">{text.questions}</h2>
          <Questions reader={reader} graceDays={data.graceDays} refundDays={data.refundDays} />
        </section>
      </div>
    </PublicFrame>
  );
});
