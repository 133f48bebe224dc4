import { define } from "@/utils.ts";
import { Chip } from "@/lib/ui/chip.tsx";
import { say } from "@/lib/ui/say.ts";
import { charterText } from "@/lib/ui/text/charter.ts";
import { principleText } from "@/lib/ui/text/principles.ts";
import { constitutionText } from "@/lib/ui/text/constitution.ts";
import type { PrincipleView } from "@/lib/ui/view.ts";
import { PublicFrame } from "./(_shared)/public_frame.tsx";

/** The eight principles with what they permit and forbid (POL-2). */
export default define.page(({ state }) => {
  const { locale, services } = state;
  const text = constitutionText(locale);
  return (
    <PublicFrame
      signedIn={Boolean(state.session)}
      title={text.title}
      description={text.lead}
      locale={locale}
    >
      <article class="wrap read">
        <header class="stack stack-12">
          <p>
            <Chip tone="line">{say(text.version, { n: services.policy.version() }, locale)}</Chip>
          </p>
          <h1>{text.title}</h1>
          <p class="lead">{text.lead}</p>
        </header>
        {services.policy.principles().map((principle, i) => (
          <PrincipleSection
            key={principle.key}
            principle={principle}
            number={i + 1}
            locale={locale}
          />
        ))}
        <section>
          <h2>{text.order}</h2>
          <p class="lead">{text.orderText}</p>
        </section>
        <section>
          <h2>{text.conduct}</h2>
          <p class="lead">{text.conductText}</p>
        </section>
      </article>
    </PublicFrame>
  );
});

function PrincipleSection(
  { principle, number, locale }: { principle: PrincipleView; number: number; locale: string },
) {
  const text = constitutionText(locale);
  const { key } = principle;
  const words: Record<string, string> = charterText(locale);
  const titles: Record<string, string> = principleText(locale);
  return (
    <section id={key} class="top-line">
      <h2>{`${number}. ${titles[key]}`}</h2>
      <p class="lead">{words[`${key}_meaning`]}</p>
      <div class="fit">
        <Rules title={text.permits} rules={words[`${key}_permits`]!.split("\n")} />
        <Rules title={text.forbids} rules={words[`${key}_forbids`]!.split("\n")} />
      </div>
      {[1, 2].map((n) => (
        <figure class="stack stack-4" key={n}>
          <figcaption class="small quiet">{text.example}</figcaption>
          <p class="strong">{say(text.quoted, { words: words[`${key}_asked${n}`]! })}</p>
          <p class="quiet">{words[`${key}_answered${n}`]}</p>
        </figure>
      ))}
    </section>
  );
}

function Rules({ title, rules }: { title: string; rules: readonly string[] }) {
  return (
    <div class="stack stack-4">
      <h3>{title}</h3>
      <ul class="stack stack-4 quiet dashed">
        {rules.map((rule) => <li key={rule}>{rule}</li>)}
      </ul>
    </div>
  );
}
