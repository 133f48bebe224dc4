import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { formatDay } from "@/lib/ui/format.ts";
import { say } from "@/lib/ui/say.ts";
import { accessibilityText } from "@/lib/ui/text/accessibility.ts";
import { PublicFrame } from "./(_shared)/public_frame.tsx";
import { readerOf } from "./(_shared)/shell.tsx";

/** The day the statement was last held against the product. */
const MADE = "2026-11-23T00:00:00.000Z";

/** How usable the product is for everybody, what is not yet, and whom to tell (UI-72). */
export default define.page(({ state }) => {
  const { locale, session, center } = state;
  const text = accessibilityText(locale);
  const email = center.supportEmail;
  return (
    <PublicFrame
      signedIn={Boolean(session)}
      title={text.title}
      description={text.lead}
      locale={locale}
    >
      <article class="wrap read">
        <header class="stack stack-12">
          <h1>{text.title}</h1>
          <p class="lead">{text.lead}</p>
        </header>
        <section class="top-line stack stack-12">
          <h2>{text.goal}</h2>
          <p>{text.goalText}</p>
        </section>
        <section class="top-line stack stack-12">
          <h2>{text.works}</h2>
          <Lines text={text.worksList} />
        </section>
        <section class="top-line stack stack-12">
          <h2>{text.checked}</h2>
          <p>{text.checkedText}</p>
        </section>
        <section id="gaps" class="top-line stack stack-12">
          <h2>{text.gaps}</h2>
          <Lines text={text.gapsList} />
        </section>
        <section id="contact" class="top-line stack stack-12">
          <h2>{text.contact}</h2>
          <p>{email ? text.contactText : text.contactNone}</p>
          {email
            ? (
              <div class="row">
                <LinkButton kind="primary" href={`mailto:${email}`}>
                  {say(text.contactMail, { email }, locale)}
                </LinkButton>
              </div>
            )
            : null}
          <p class="small quiet">
            {say(text.made, { day: formatDay(MADE, { ...readerOf(state), timeZone: "UTC" }) })}
          </p>
        </section>
      </article>
    </PublicFrame>
  );
});

function Lines({ text }: { text: string }) {
  return (
    <ul class="stack stack-4 dashed">
      {text.split("\n").map((line) => <li key={line}>{line}</li>)}
    </ul>
  );
}
