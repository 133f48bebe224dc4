import type { ComponentChildren } from "preact";
import { Head } from "fresh/runtime";
import { entryLink, Footer, type PlainLink, PublicHeader, SkipLinks } from "@/lib/ui/frame.tsx";
import { slot } from "@/lib/ui/slot.ts";
import { commonText } from "@/lib/ui/text/common.ts";

/** Props of {@link PublicFrame}. */
export interface PublicFrameProps {
  title: string;
  description?: string;
  links?: readonly PlainLink[];
  action?: PlainLink;
  /** Whether the reader is signed in. */
  signedIn: boolean;
  locale: string;
  children: ComponentChildren;
}

/** A page that everybody may read: header, content, footer, and not a byte of script. */
export function PublicFrame(props: PublicFrameProps) {
  const { title, description, links, action, signedIn, locale, children } = props;
  const text = commonText(locale);
  return (
    <>
      <Head>
        <title>{`${title} · ${text.product}`}</title>
        {description ? <meta name="description" content={description} /> : null}
      </Head>
      <SkipLinks links={[{ href: "#main", label: text.skipToContent }]} />
      <PublicHeader links={links} action={action} signedIn={signedIn} locale={locale} />
      <main id="main" tabIndex={-1}>{slot(children)}</main>
      <div class="wrap foot-space">
        <Footer
          links={[
            { href: "/constitution", label: text.constitution },
            { href: "/help", label: text.help },
            { href: "/status", label: text.status },
            { href: "/accessibility", label: text.accessibility },
            { href: "/pricing", label: text.pricing },
            { href: "/legal/terms", label: text.terms },
            { href: "/legal/privacy", label: text.privacyNotice },
            entryLink(signedIn, locale),
          ]}
        />
      </div>
    </>
  );
}
