import { LinkButton } from "@/lib/ui/button.tsx";
import { LostArt } from "@/lib/ui/logo.tsx";
import { commonText } from "@/lib/ui/text/common.ts";
import { faultText } from "@/lib/ui/text/faults.ts";
import type { State } from "@/utils.ts";
import { PublicFrame } from "./public_frame.tsx";

/** Props of {@link FaultPage}. */
export interface FaultPageProps {
  state: Partial<State>;
  title: string;
  text: string;
}

/** A page about something that is not there or went wrong: what, what to do, and the id (UI-34). */
export function FaultPage({ state, title, text: words }: FaultPageProps) {
  const locale = state.locale ?? "en";
  const text = faultText(locale);
  return (
    <PublicFrame title={title} locale={locale}>
      <div class="wrap lost">
        <LostArt />
        <h1>{title}</h1>
        <p class="lead">{words}</p>
        <div class="row">
          {state.session
            ? <LinkButton kind="primary" href="/chat">{text.goChat}</LinkButton>
            : <LinkButton kind="primary" href="/">{text.goHome}</LinkButton>}
        </div>
        {state.correlationId
          ? (
            <p class="tiny quiet">
              {commonText(locale).id} <code>{state.correlationId}</code>
            </p>
          )
          : null}
      </div>
    </PublicFrame>
  );
}
