import { HttpError, page } from "fresh";
import { define } from "@/utils.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { EmptyState } from "@/lib/ui/notice.tsx";
import type { MailView } from "@/lib/ui/view.ts";
import { PublicFrame } from "../(_shared)/public_frame.tsx";

/** Mails that were not sent, because no mail server is set; for development alone. */
export const handler = define.handlers({
  async GET(ctx) {
    if (!ctx.state.services.isDevelopment) throw new HttpError(404);
    return page<{ mails: readonly MailView[] }>({ mails: await ctx.state.services.mailbox() });
  },
});

export default define.page<typeof handler>(({ data, state }) => (
  <PublicFrame title="Development mailbox" locale={state.locale}>
    <div class="wrap read-wide">
      <PageHead
        title="Development mailbox"
        lead="Mails end up here as long as SMTP_URL is not set. None of them left this machine."
      />
      {data.mails.length === 0
        ? <EmptyState title="No mail yet">The next one will be shown here.</EmptyState>
        : data.mails.map((mail) => (
          <article class="card stack stack-8" key={mail.id}>
            <h2>{mail.subject}</h2>
            <p class="small quiet">{`To ${mail.to}, ${mail.at}`}</p>
            <pre>{mail.text}</pre>
          </article>
        ))}
    </div>
  </PublicFrame>
));
