import { page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { PageHead } from "@/lib/ui/frame.tsx";
import { EmptyState } from "@/lib/ui/notice.tsx";
import { billingText } from "@/lib/ui/text/billing.ts";
import { InvoiceTable, PaymentMode } from "../../(_shared)/billing_parts.tsx";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

const PAGE = 20;

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const cursor = ctx.url.searchParams.get("cursor") ?? undefined;
    const [quota, invoices] = await Promise.all([
      services.usage.quota(session!.user.id),
      services.billing.invoices({ limit: PAGE, ...(cursor ? { cursor } : {}) }),
    ]);
    return page({ quota, invoices, mode: services.billing.mode() });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = billingText(state.locale);
  const { items, nextCursor } = data.invoices;
  return (
    <Shell state={state} url={url} title={text.invoices} quota={data.quota}>
      <PageHead
        title={text.invoices}
        lead={text.invoicesLead}
        actions={<LinkButton href="/billing">{text.back}</LinkButton>}
      />
      <PaymentMode mode={data.mode} locale={state.locale} />
      <Card>
        {items.length > 0
          ? <InvoiceTable invoices={items} reader={readerOf(state)} />
          : <EmptyState title={text.noInvoices} icon="search">{text.noInvoicesText}</EmptyState>}
        {nextCursor
          ? (
            <div class="row">
              <LinkButton href={`/billing/invoices?cursor=${encodeURIComponent(nextCursor)}`}>
                {text.next}
              </LinkButton>
            </div>
          )
          : null}
      </Card>
    </Shell>
  );
});
