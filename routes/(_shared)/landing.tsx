import { LinkButton } from "@/lib/ui/button.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import type { Plan } from "@/lib/ui/contract.ts";
import { anyReader, formatBytes, formatMoney, formatNumber } from "@/lib/ui/format.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { Logo } from "@/lib/ui/logo.tsx";
import { MemoryChip, TierLabel } from "@/lib/ui/memory_chip.tsx";
import { ScoreBar } from "@/lib/ui/progress.tsx";
import { say } from "@/lib/ui/say.ts";
import { commonText } from "@/lib/ui/text/common.ts";
import { landingText } from "@/lib/ui/text/landing.ts";
import { principleText } from "@/lib/ui/text/principles.ts";
import type { Tier } from "@/lib/ui/tokens.ts";

interface Local {
  locale: string;
}

/** The answer with a receipt that stands beside the promise. */
export function Example({ locale }: Local) {
  const text = landingText(locale);
  return (
    <figure class="card card-float" aria-label={text.exampleLabel}>
      <div class="said">
        <p class="said-text small">{text.exampleAsk}</p>
      </div>
      <div class="answer">
        <div class="by">
          <Logo />
          <strong>Nova</strong>
          <span>{text.exampleUsed}</span>
        </div>
        <p>{text.exampleAnswer}</p>
        <div class="row">
          <MemoryChip tier="itm" label={text.exampleChip1} locale={locale} />
          <MemoryChip tier="ltm" label={text.exampleChip2} locale={locale} />
        </div>
      </div>
      <div class="stack stack-12 top-line">
        <div class="row row-12">
          <TierLabel tier="ltm" locale={locale} />
          <span class="small quiet">{text.exampleSaid}</span>
          <strong class="small num end">0.72</strong>
        </div>
        <p class="small">{text.exampleMemory}</p>
        <ScoreBar
          parts={[
            { label: text.partMeaning, amount: 0.46 },
            { label: text.partMention, amount: 0.19 },
            { label: text.partConfirmed, amount: 0.07 },
          ]}
        />
      </div>
    </figure>
  );
}

/** Three small examples, each with what it shows. */
export function ThreeThings({ locale }: Local) {
  const text = landingText(locale);
  const names = principleText(locale);
  return (
    <div class="cols-3">
      <article class="stack stack-16">
        <div class="card example">
          <div class="said">
            <p class="said-text small">{text.three1Ask}</p>
          </div>
          <p>{text.three1Answer}</p>
          <div class="row">
            <MemoryChip tier="ltm" label={text.three1Chip} locale={locale} />
          </div>
        </div>
        <Caption title={text.three1Title} words={text.three1Text} />
      </article>
      <article class="stack stack-16">
        <div class="card example">
          <div class="said">
            <p class="said-text small">{text.three2Ask}</p>
          </div>
          <p class="noted">
            <Icon name="check" size={16} />
            <span>
              {text.three2Replaced} <s>{text.three2Old}</s>
            </span>
          </p>
          <div class="row">
            <MemoryChip tier="ltm" label={text.three2Chip} locale={locale} />
          </div>
        </div>
        <Caption title={text.three2Title} words={text.three2Text} />
      </article>
      <article class="stack stack-16">
        <div class="card example">
          <div class="row between">
            <p class="strong">{text.three3Head}</p>
            <Chip tone="amber">{text.three3Chip}</Chip>
          </div>
          <dl class="principles">
            <dt>{names.truth}</dt>
            <dd>{text.three3a}</dd>
            <dt>{names.beneficence}</dt>
            <dd>{text.three3b}</dd>
            <dt>{names.respect}</dt>
            <dd>{text.three3c}</dd>
          </dl>
        </div>
        <Caption title={text.three3Title} words={text.three3Text} />
      </article>
    </div>
  );
}

function Caption({ title, words }: { title: string; words: string }) {
  return (
    <div class="stack stack-4">
      <h3 class="title">{title}</h3>
      <p class="quiet">{words}</p>
    </div>
  );
}

/** The three tiers, each with one more ring than the last. */
export function ThreeTiers({ locale }: Local) {
  const text = landingText(locale);
  const tiers: [Tier, number, string, string, string][] = [
    ["stm", 0, text.tier1, text.tier1Text, text.tier1Chip],
    ["itm", 1, text.tier2, text.tier2Text, text.tier2Chip],
    ["ltm", 2, text.tier3, text.tier3Text, text.tier3Chip],
  ];
  return (
    <div class="card tiers tiers-tall">
      {tiers.map(([tier, rings, title, words, chip]) => (
        <div key={tier}>
          <svg class="tier-art" viewBox="0 0 56 56" aria-hidden="true">
            <circle cx="28" cy="28" r="5" fill="currentColor" stroke="none" />
            {rings > 0 ? <circle cx="28" cy="28" r="14" /> : null}
            {rings > 1 ? <circle cx="28" cy="28" r="24" /> : null}
          </svg>
          <h3 class="title-lg">{title}</h3>
          <p class="quiet">{words}</p>
          <div class="row">
            <MemoryChip tier={tier} label={chip} locale={locale} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** The eight principles in a line each. */
export function EightPrinciples({ locale }: Local) {
  const text = principleText(locale);
  const keys = [
    "truth",
    "wisdom",
    "alignment",
    "transparency",
    "accountability",
    "fairness",
    "respect",
    "beneficence",
  ] as const;
  return (
    <div class="cols-4">
      {keys.map((key) => (
        <div class="stack stack-4" key={key}>
          <h3>{text[key]}</h3>
          <p class="quiet">{text[`${key}_short`]}</p>
        </div>
      ))}
    </div>
  );
}

/** The plans with the limits of this installation (PLN-12). */
export function Plans({ plans, locale }: Local & { plans: readonly Plan[] }) {
  return (
    <div class="cols-3">
      {plans.filter((plan) => plan.plan !== "expired").map((plan) => (
        <PlanColumn key={plan.plan} plan={plan} locale={locale} />
      ))}
    </div>
  );
}

function PlanColumn({ plan, locale }: Local & { plan: Plan }) {
  const text = landingText(locale);
  const reader = { ...anyReader, locale };
  const best = plan.plan === "basic";
  const trial = plan.trialDays !== null;
  return (
    <article class={`card plan${best ? " best" : ""}`}>
      <h3 class="title-lg">{plan.name}</h3>
      <p class="price">
        <span class="big">{formatMoney(plan.price.amount, plan.price.currency, reader)}</span>
        <span class="quiet">
          {trial ? say(text.forDays, { days: plan.trialDays ?? 0 }, locale) : text.perMonth}
        </span>
      </p>
      <ul>
        {planLines(plan, locale).map((line) => (
          <li key={line}>
            <Icon name="check" size={16} />
            <span>{line}</span>
          </li>
        ))}
      </ul>
      {trial
        ? (
          <LinkButton kind="primary" size="lg" href="/register">
            {text.startTrial}
          </LinkButton>
        )
        : <LinkButton size="lg" href="/pricing">{text.seePrice}</LinkButton>}
    </article>
  );
}

function planLines({ limits }: Plan, locale: string): string[] {
  const text = landingText(locale);
  const reader = { ...anyReader, locale };
  const { tokensPerDay, messagesPerDay, storageBytes } = limits;
  const number = (n: number) => formatNumber(n, reader);
  return [
    tokensPerDay === null ? text.noCapTokens : say(text.tokens, { n: number(tokensPerDay) }),
    messagesPerDay === null ? "" : say(text.messages, { n: number(messagesPerDay) }),
    storageBytes === null
      ? text.noCapStorage
      : say(text.storage, { size: formatBytes(storageBytes, reader) }),
  ].filter(Boolean);
}

/** Words above a band of the landing page. */
export function BandHead({ title, lead, more }: {
  title: string;
  lead: string;
  more?: { href: string; label: string };
}) {
  return (
    <div class="band-head">
      <h2>{title}</h2>
      <p class="lead">
        {lead} {more ? <a href={more.href}>{more.label}</a> : null}
      </p>
    </div>
  );
}

/** Names used by the header's links. */
export function landingLinks(locale: string) {
  const text = landingText(locale);
  return [
    { href: "#memory", label: text.navMemory },
    { href: "/constitution", label: commonText(locale).constitution },
    { href: "#plans", label: text.navPlans },
  ];
}
