import { HttpError, page } from "fresh";
import { define } from "@/utils.ts";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { formatMoney } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { billingText } from "@/lib/ui/text/billing.ts";
import { seeOther } from "../../(_shared)/answers.ts";
import { PaymentMode } from "../../(_shared)/billing_parts.tsx";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";
import type { State } from "@/utils.ts";

async function dataOf(state: State, url: URL) {
  const { services, session } = state;
  const id = url.searchParams.get("session_id") ?? "";
  if (services.billing.mode() !== "test") throw new HttpError(404);
  const checkout = await services.billing.testCheckout(id);
  if (!checkout) throw new HttpError(404);
  return {
    checkout,
    quota: await services.usage.quota(session!.user.id),
    planName: services.plans.cards().find(({ plan }) => plan === checkout.plan)?.name ?? "",
    /** The bank's question comes between choosing and paying. */
    confirms: url.searchParams.has("confirm"),
    declined: url.searchParams.has("declined"),
  };
}

/** The checkout of the test payments: it asks for no card and takes no money (BIL-2). */
export const handler = define.handlers({
  async GET(ctx) {
    return page(await dataOf(ctx.state, ctx.url));
  },
  async POST(ctx) {
    const { checkout } = await dataOf(ctx.state, ctx.url);
    const form = await ctx.req.formData();
    const own = `/billing/test-checkout?session_id=${encodeURIComponent(checkout.id)}`;
    const outcome = form.get("outcome");
    if (outcome === "confirm") return seeOther(`${own}&confirm`);
    if (outcome !== "pay" && outcome !== "decline" && outcome !== "abandon") return seeOther(own);
    const next = await ctx.state.services.billing.finishTestCheckout(checkout.id, outcome);
    // The provider names whole addresses; here they are paths of our own.
    return seeOther(next ? pathOf(next) : `${own}&declined`);
  },
});

function pathOf(address: string): string {
  const { pathname, search } = new URL(address);
  return `${pathname}${search}`;
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = billingText(state.locale);
  const { checkout } = data;
  const amount = formatMoney(checkout.amount, "USD", readerOf(state));
  const action = `/billing/test-checkout?session_id=${encodeURIComponent(checkout.id)}`;
  const choice = (outcome: string, label: string, hint: string, primary = false) => (
    <div class="stack stack-4">
      <Button kind={primary ? "primary" : "secondary"} type="submit" name="outcome" value={outcome}>
        {label}
      </Button>
      <p class="small quiet">{hint}</p>
    </div>
  );
  return (
    <Shell state={state} url={url} title={text.checkoutTitle} quota={data.quota}>
      <PageHead title={data.confirms ? text.checkoutConfirmTitle : text.checkoutTitle} />
      <PaymentMode mode="test" locale={state.locale} />
      {data.declined
        ? <Banner tone="red" lead={text.declinedLead}>{text.declinedText}</Banner>
        : null}
      {checkout.status !== "open"
        ? (
          <Card title={text.checkoutOver} id="over">
            <p>{text.checkoutOverText}</p>
            <div class="row">
              <LinkButton href="/billing">{text.toBilling}</LinkButton>
            </div>
          </Card>
        )
        : data.confirms
        ? (
          <Card>
            <p>{say(text.checkoutConfirmText, { amount })}</p>
            <PostForm action={action} class="row">
              <Button kind="primary" type="submit" name="outcome" value="pay">
                {text.checkoutConfirmYes}
              </Button>
              <Button type="submit" name="outcome" value="decline">{text.checkoutConfirmNo}</Button>
            </PostForm>
          </Card>
        )
        : (
          <Card>
            <p>{say(text.checkoutText, { plan: data.planName, amount })}</p>
            <PostForm action={action} class="cols-2">
              {choice("pay", text.checkoutPay, text.checkoutPayHint, true)}
              {choice("confirm", text.checkoutConfirm, text.checkoutConfirmHint)}
              {choice("decline", text.checkoutDecline, text.checkoutDeclineHint)}
              {choice("abandon", text.checkoutAbandon, text.checkoutAbandonHint)}
            </PostForm>
          </Card>
        )}
    </Shell>
  );
});
