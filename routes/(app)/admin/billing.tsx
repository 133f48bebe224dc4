import { page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Banner, EmptyState } from "@/lib/ui/notice.tsx";
import { Segments } from "@/lib/ui/tabs.tsx";
import { adminText } from "@/lib/ui/text/admin.ts";
import { AdminTabs } from "../../(_shared)/admin_tabs.tsx";
import { seeOther } from "../../(_shared)/answers.ts";
import { PaymentMode } from "../../(_shared)/billing_parts.tsx";
import { PaymentEvents } from "../../(_shared)/payment_events.tsx";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

const STATES = ["received", "done", "ignored", "parked", "dead"] as const;

/** Events of the payment provider, with running one again (BIL-18). */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const { searchParams } = ctx.url;
    const status = STATES.find((one) => one === searchParams.get("status"));
    const cursor = searchParams.get("cursor") ?? undefined;
    const [quota, events] = await Promise.all([
      services.usage.quota(session!.user.id),
      services.billingAdmin!.events({
        ...(status ? { status } : {}),
        ...(cursor ? { cursor } : {}),
      }),
    ]);
    const replayed = searchParams.has("replayed");
    return page({ quota, events, status, replayed, mode: services.billing.mode() });
  },
  async POST(ctx) {
    const event = String((await ctx.req.formData()).get("event") ?? "");
    await ctx.state.services.billingAdmin!.replay(event);
    return seeOther("/admin/billing?replayed");
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text: Record<string, string> = adminText(state.locale);
  const { items, nextCursor } = data.events;
  const query = data.status ? `status=${data.status}&` : "";
  return (
    <Shell state={state} url={url} title={text.events!} quota={data.quota}>
      <PageHead title={text.events!} lead={text.eventsLead} />
      <AdminTabs path="/admin/billing" locale={state.locale} />
      <PaymentMode mode={data.mode} locale={state.locale} />
      {data.replayed ? <Banner tone="green">{text.replayed}</Banner> : null}
      <div class="row">
        <Segments
          label={text.filter!}
          items={[
            { href: "/admin/billing", label: text.all!, current: !data.status },
            ...STATES.map((one) => ({
              href: `/admin/billing?status=${one}`,
              label: text[one]!,
              current: data.status === one,
            })),
          ]}
        />
      </div>
      <Card>
        {items.length > 0
          ? <PaymentEvents events={items} reader={readerOf(state)} label={text.events!} />
          : <EmptyState title={text.noEvents!} icon="search">{text.noEventsText}</EmptyState>}
        {nextCursor
          ? (
            <div class="row">
              <LinkButton href={`/admin/billing?${query}cursor=${encodeURIComponent(nextCursor)}`}>
                {text.older}
              </LinkButton>
            </div>
          )
          : null}
      </Card>
    </Shell>
  );
});
