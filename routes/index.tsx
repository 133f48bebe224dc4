import { page } from "fresh";
import { define } from "@/utils.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import { anyReader, formatNumber } from "@/lib/ui/format.ts";
import { say } from "@/lib/ui/say.ts";
import { landingText } from "@/lib/ui/text/landing.ts";
import {
  BandHead,
  EightPrinciples,
  Example,
  landingLinks,
  Plans,
  ThreeThings,
  ThreeTiers,
} from "./(_shared)/landing.tsx";
import { PublicFrame } from "./(_shared)/public_frame.tsx";

/** What NovaCoreAI is. Whoever is signed in goes on to the chat (UI-10). */
export const handler = define.handlers({
  GET(ctx) {
    if (ctx.state.session) return ctx.redirect("/chat", 303);
    const { plans, accounts } = ctx.state.services;
    return page({ plans: plans.cards(), days: accounts.trialDays() });
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const { locale } = state;
  const text = landingText(locale);
  const { days } = data;
  const trial = data.plans.find((plan) => plan.trialDays !== null);
  const tokens = formatNumber(trial?.limits.tokensPerDay ?? 0, { ...anyReader, locale });
  return (
    <PublicFrame
      signedIn={Boolean(state.session)}
      title={text.title}
      description={text.lead}
      links={landingLinks(locale)}
      action={{ href: "/register", label: text.startShort }}
      locale={locale}
    >
      <div class="wrap hero">
        <div class="stack stack-24">
          <h1>{text.heading}</h1>
          <p class="lead">{text.lead}</p>
          <div class="row row-12">
            <LinkButton kind="primary" size="lg" href="/register">
              {say(text.start, { days }, locale)}
            </LinkButton>
            <LinkButton size="lg" href="#examples">{text.examplesLink}</LinkButton>
          </div>
          <p class="small quiet">{say(text.small, { tokens })}</p>
        </div>
        <Example locale={locale} />
      </div>
      <section class="band" id="examples">
        <div class="wrap">
          <BandHead title={text.threeTitle} lead={text.threeLead} />
          <ThreeThings locale={locale} />
        </div>
      </section>
      <section class="band" id="memory">
        <div class="wrap">
          <BandHead title={text.memoryTitle} lead={text.memoryLead} />
          <ThreeTiers locale={locale} />
        </div>
      </section>
      <section class="band" id="principles">
        <div class="wrap">
          <BandHead
            title={text.constitutionTitle}
            lead={text.constitutionLead}
            more={{ href: "/constitution", label: text.constitutionLink }}
          />
          <EightPrinciples locale={locale} />
        </div>
      </section>
      <section class="band" id="plans">
        <div class="wrap">
          <BandHead title={text.plansTitle} lead={text.plansLead} />
          <div class="stack stack-24">
            <Plans plans={data.plans} locale={locale} />
          </div>
        </div>
      </section>
    </PublicFrame>
  );
});
