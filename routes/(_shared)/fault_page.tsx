import type { ComponentChildren } from "preact";
import CopyId from "@/islands/copy_id.tsx";
import { Art, type ArtName } from "@/lib/ui/art.tsx";
import { LinkButton } from "@/lib/ui/button.tsx";
import { say } from "@/lib/ui/say.ts";
import { commonText } from "@/lib/ui/text/common.ts";
import { faultText } from "@/lib/ui/text/faults.ts";
import type { State } from "@/utils.ts";
import { PublicFrame } from "./public_frame.tsx";

/** Props of {@link FaultPage}. */
export interface FaultPageProps {
  state: Partial<State>;
  title: string;
  text: string;
  art: ArtName;
  /** The page itself, where trying again may help. */
  again?: string;
  children?: ComponentChildren;
}

/** A page about something that is not there or went wrong: what, what to do, and the id (UI-34). */
export function FaultPage({ state, title, text: words, art, again, children }: FaultPageProps) {
  const locale = state.locale ?? "en";
  const text = faultText(locale);
  const common = commonText(locale);
  const { correlationId: id } = state;
  const support = state.center?.supportEmail;
  const subject = encodeURIComponent(say(text.supportSubject, { id: id ?? "" }));
  return (
    <PublicFrame signedIn={Boolean(state.session)} title={title} locale={locale}>
      <div class="wrap lost">
        <Art name={art} />
        <h1>{title}</h1>
        <p class="lead">{words}</p>
        {children}
        <div class="row">
          {again ? <LinkButton kind="primary" href={again}>{text.again}</LinkButton> : null}
          {state.session
            ? (
              <LinkButton kind={again ? "secondary" : "primary"} href="/dashboard">
                {text.goOwn}
              </LinkButton>
            )
            : (
              <LinkButton kind={again ? "secondary" : "primary"} href="/">
                {text.goHome}
              </LinkButton>
            )}
          {support
            ? (
              <LinkButton kind="ghost" href={`mailto:${support}?subject=${subject}`}>
                {text.support}
              </LinkButton>
            )
            : <LinkButton kind="ghost" href="/status">{text.status}</LinkButton>}
        </div>
        {id
          ? (
            <p class="tiny quiet row row-4">
              {common.id} <code>{id}</code>
              <CopyId id={id} label={common.copyId} done={common.copied} />
            </p>
          )
          : null}
      </div>
    </PublicFrame>
  );
}
