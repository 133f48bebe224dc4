import type { ComponentChildren } from "preact";
import type { Plan } from "./contract.ts";
import { formatBytes, formatMoney, formatNumber, type Reader } from "./format.ts";
import { Icon } from "./icon.tsx";
import { say } from "./say.ts";
import { slot } from "./slot.ts";
import { billingText } from "./text/billing.ts";

/** Props of {@link PlanCard}. */
export interface PlanCardProps {
  plan: Plan;
  reader: Reader;
  /** A plan that stands out: the present one, or the one most people take. */
  best?: boolean;
  /** A quiet word next to the name, for example "Your plan". */
  mark?: ComponentChildren;
  /** What can be done with it. */
  action?: ComponentChildren;
  /** Level of its heading, default 3. */
  level?: 2 | 3;
}

/** A plan with its price and everything it grants, from the one list of plans (PLN-12). */
export function PlanCard({ plan, reader, best, mark, action, level = 3 }: PlanCardProps) {
  const text = billingText(reader.locale);
  const { amount, currency } = plan.price;
  return (
    <article class={`card plan${best ? " best" : ""}`}>
      <div class="row between">
        {level === 2
          ? <h2 class="title-lg">{plan.name}</h2>
          : <h3 class="title-lg">{plan.name}</h3>}
        {slot(mark)}
      </div>
      <p class="price">
        <span class="big">{formatMoney(amount, currency, reader)}</span>
        <span class="quiet">
          {plan.trialDays === null
            ? text.perMonth
            : say(text.forDays, { days: plan.trialDays }, reader.locale)}
        </span>
      </p>
      <ul>
        {planLines(plan, reader).map((line) => (
          <li key={line}>
            <Icon name="check" size={16} />
            <span>{line}</span>
          </li>
        ))}
      </ul>
      {slot(action)}
    </article>
  );
}

/** What a plan grants of what there is, in short lines; what is still to come is not promised. */
export function planLines(plan: Plan, reader: Reader): string[] {
  const text = billingText(reader.locale);
  const { limits } = plan;
  const number = (n: number) => formatNumber(n, reader);
  const { answerTokens, concurrentStreams, storageBytes } = limits;
  return [
    limits.tokensPerDay === null
      ? text.noCapTokens
      : say(text.tokens, { n: number(limits.tokensPerDay) }),
    limits.messagesPerDay === null
      ? text.noCapMessages
      : say(text.messages, { n: number(limits.messagesPerDay) }),
    storageBytes === null
      ? text.noCapStorage
      : say(text.storage, { size: formatBytes(storageBytes, reader) }),
    answerTokens === null ? "" : say(text.answer, { n: number(answerTokens) }),
    concurrentStreams === null ? "" : say(text.atOnce, { n: concurrentStreams }, reader.locale),
  ].filter(Boolean);
}

/** Questions and answers about plans, folded. */
export function Questions({ reader, graceDays, refundDays }: {
  reader: Reader;
  graceDays: number;
  refundDays: number;
}) {
  const text = billingText(reader.locale);
  const pairs: [string, string][] = [
    [text.q1, text.a1],
    [text.q2, text.a2],
    [text.q3, say(text.a3, { days: graceDays }, reader.locale)],
    ...(refundDays > 0
      ? [[text.q4, say(text.a4, { days: refundDays }, reader.locale)] as [string, string]]
      : []),
    [text.q5, text.a5],
    [text.q6, text.a6],
  ];
  return (
    <div class="lines">
      {pairs.map(([question, answer]) => (
        <details key={question}>
          <summary class="strong">{question}</summary>
          <p class="quiet">{answer}</p>
        </details>
      ))}
    </div>
  );
}
