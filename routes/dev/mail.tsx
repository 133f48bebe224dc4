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
    const { mailbox, mailPreview } = ctx.state.services;
    return page<{ mails: readonly MailView[]; kinds: readonly string[] }>({
      mails: await mailbox(),
      kinds: mailPreview.kinds,
    });
  },
});

export default define.page<typeof handler>(({ data, state }) => (
  <PublicFrame signedIn={Boolean(state.session)} title="Development mailbox" locale={state.locale}>
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
            <p class="small">
              <a href={`/dev/mail-preview?id=${mail.id}`}>As HTML</a>
            </p>
            <pre>{mail.text}</pre>
          </article>
        ))}
      <section class="stack stack-8">
        <h2>Every kind of mail</h2>
        {data.kinds.map((kind) => (
          <p class="row small" key={kind}>
            <span>{kind}</span>
            {["en", "de"].map((locale) => (
              <a
                key={locale}
                href={`/dev/mail-preview?kind=${encodeURIComponent(kind)}&locale=${locale}`}
              >
                {locale}
              </a>
            ))}
          </p>
        ))}
      </section>
    </div>
  </PublicFrame>
));
