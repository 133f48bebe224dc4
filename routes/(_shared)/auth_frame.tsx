import type { ComponentChildren } from "preact";
import { Head } from "fresh/runtime";
import { Footer, SkipLinks } from "@/lib/ui/frame.tsx";
import { Brand, RingsArt } from "@/lib/ui/logo.tsx";
import { MemoryChip } from "@/lib/ui/memory_chip.tsx";
import { slot } from "@/lib/ui/slot.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import { commonText } from "@/lib/ui/text/common.ts";

/** Props of {@link AuthFrame}. */
export interface AuthFrameProps {
  title: string;
  lead: string;
  locale: string;
  children: ComponentChildren;
}

/** Sign-in and registration: a form, and beside it a promise. */
export function AuthFrame({ title, lead, locale, children }: AuthFrameProps) {
  const text = authText(locale);
  const common = commonText(locale);
  return (
    <>
      <Head>
        <title>{`${title} · ${common.product}`}</title>
        <meta name="description" content={lead} />
      </Head>
      <SkipLinks links={[{ href: "#main", label: common.skipToForm }]} />
      <div class="auth">
        <div class="auth-main">
          <header>
            <Brand href="/" label={common.home} flush />
          </header>
          <main class="auth-form" id="main" tabIndex={-1}>
            <div class="stack stack-4">
              <h1>{title}</h1>
              <p class="quiet">{lead}</p>
            </div>
            {slot(children)}
          </main>
          <Footer plain links={[{ href: "/constitution", label: common.constitution }]} />
        </div>
        <aside class="auth-side" aria-label={text.promiseLabel}>
          <RingsArt />
          <p class="promise">{text.promise}</p>
          <p class="quiet">{text.promiseNote}</p>
          <div class="row">
            <MemoryChip tier="stm" label={text.now} quiet locale={locale} />
            <MemoryChip tier="itm" label={text.thisWeek} quiet locale={locale} />
            <MemoryChip tier="ltm" label={text.forGood} quiet locale={locale} />
          </div>
        </aside>
      </div>
    </>
  );
}
