import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { chatKeys, KeyList } from "@/lib/ui/key_list.tsx";
import { say } from "@/lib/ui/say.ts";
import { chatText } from "@/lib/ui/text/chat.ts";
import { helpText } from "@/lib/ui/text/help.ts";
import { PublicFrame } from "./(_shared)/public_frame.tsx";

const PARTS = ["start", "memory", "plans", "privacy"] as const;

/** Where each part goes on. */
const MORE = {
  start: "/welcome",
  memory: "/memory",
  plans: "/pricing",
  privacy: "/legal/privacy",
} as const;

/** What people ask most, and whom they can ask (UI-30). It is text alone and needs no script. */
export default define.page(({ state }) => {
  const { locale } = state;
  const text = helpText(locale);
  const chat = chatText(locale);
  return (
    <PublicFrame
      signedIn={Boolean(state.session)}
      title={text.title}
      description={text.lead}
      locale={locale}
    >
      <article class="wrap read">
        <header class="stack stack-12">
          <h1>{text.title}</h1>
          <p class="lead">{text.lead}</p>
          <nav class="row" aria-label={text.contents}>
            {[...PARTS, "keyboard" as const, "contact" as const].map((part) => (
              <a key={part} href={`#${part}`}>{text[part]}</a>
            ))}
          </nav>
        </header>
        {PARTS.map((part) => (
          <section key={part} id={part} class="top-line stack stack-12">
            <h2>{text[part]}</h2>
            <p class="lead">{text[`${part}Text`]}</p>
            <ul class="stack stack-4 quiet dashed">
              {text[`${part}List`].split("\n").map((line) => <li key={line}>{line}</li>)}
            </ul>
            <p>
              <a href={MORE[part]}>{text[`${part}More`]}</a>
            </p>
          </section>
        ))}
        <section id="keyboard" class="top-line stack stack-12">
          <h2>{text.keyboard}</h2>
          <p class="lead">{text.keyboardText}</p>
          <KeyList rows={[...chatKeys(chat), [chat.shortcuts, "?"]]} />
        </section>
        <Contact email={state.center.supportEmail} locale={locale} />
      </article>
    </PublicFrame>
  );
});

function Contact({ email, locale }: { email: string | null; locale: string }) {
  const text = helpText(locale);
  return (
    <section id="contact" class="top-line stack stack-12">
      <h2>{text.contact}</h2>
      <p class="lead">{email ? text.contactText : text.contactNone}</p>
      <div class="row">
        {email
          ? (
            <LinkButton kind="primary" href={`mailto:${email}`}>
              {say(text.contactMail, { email }, locale)}
            </LinkButton>
          )
          : null}
        <LinkButton href="/status">{text.contactStatus}</LinkButton>
      </div>
    </section>
  );
}
