import type { ComponentChildren } from "preact";
import type { State } from "@/utils.ts";
import Appearance from "@/islands/appearance.tsx";
import Tour from "@/islands/tour.tsx";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import type { Memory, Quota } from "@/lib/ui/contract.ts";
import { Checkbox, TextField } from "@/lib/ui/field.tsx";
import { formatBytes, formatDateTime, formatNumber } from "@/lib/ui/format.ts";
import { Glyph, Icon, type IconName } from "@/lib/ui/icon.tsx";
import { LOOK_CHOICES } from "@/lib/ui/look.ts";
import { MemoryChip } from "@/lib/ui/memory_chip.tsx";
import { say } from "@/lib/ui/say.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { principleText } from "@/lib/ui/text/principles.ts";
import { settingsText } from "@/lib/ui/text/settings.ts";
import { welcomeText } from "@/lib/ui/text/welcome.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import type { Settings } from "./settings_form.tsx";
import { readerOf } from "./shell.tsx";

/** What the steps show. */
export interface StepData {
  quota: Quota;
  settings: Settings | null;
  /** The memory that was just kept. */
  memory: Memory | null;
  undone: boolean;
}

interface StepProps {
  data: StepData;
  state: State;
}

/** The content of one step of the tour (UI-35). Its fields belong to the form `tour-next`. */
export function StepBody({ step, ...props }: StepProps & { step: string }) {
  switch (step) {
    case "chat":
      return <ChatStep {...props} />;
    case "memory":
      return <MemoryStep {...props} />;
    case "principles":
      return <PrinciplesStep {...props} />;
    case "plan":
      return <PlanStep {...props} />;
    case "companion":
      return <CompanionStep {...props} />;
    case "look":
      return <LookStep {...props} />;
    default:
      return <WelcomeStep {...props} />;
  }
}

function WelcomeStep({ state }: StepProps) {
  const text = welcomeText(state.locale);
  const promises: [IconName, string, string][] = [
    ["eye", text.promise1, text.promise1Text],
    ["undo", text.promise2, text.promise2Text],
    ["shield", text.promise3, text.promise3Text],
  ];
  return (
    <>
      <p class="lead">{text.welcomeText}</p>
      <ul class="fit">
        {promises.map(([icon, title, words]) => (
          <li class="stack stack-4" key={title}>
            <Icon name={icon} class="t-teal" />
            <strong>{title}</strong>
            <span class="quiet">{words}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function ChatStep({ state }: StepProps) {
  return (
    <>
      <p class="lead">{welcomeText(state.locale).chatText}</p>
      <Tour reader={readerOf(state)} sample />
    </>
  );
}

function MemoryStep({ data, state }: StepProps) {
  const text = welcomeText(state.locale);
  const { memory } = data;
  return (
    <>
      <p class="lead">{text.memoryText}</p>
      {memory
        ? (
          <div class="stack stack-12">
            <p class="row">
              <MemoryChip
                tier={memory.tier}
                label={memory.text}
                href={`/memory/${memory.id}`}
                locale={state.locale}
              />
            </p>
            <p role="status">{text.memorySaved}</p>
            <PostForm action="/welcome" class="row">
              <input type="hidden" name="id" value={memory.id} />
              <Button type="submit" icon="undo" name="act" value="undo">{text.memoryUndo}</Button>
              <LinkButton kind="ghost" href={`/memory/${memory.id}`}>{text.memoryLook}</LinkButton>
            </PostForm>
          </div>
        )
        : (
          <PostForm action="/welcome" class="stack stack-12">
            <input type="hidden" name="step" value="memory" />
            <TextField
              id="text"
              label={text.memoryLabel}
              value={text.memorySample}
              maxLength={500}
              enterkeyhint="done"
              required
            />
            <div class="row">
              <Button type="submit" name="act" value="keep">{text.memorySave}</Button>
            </div>
            {data.undone ? <p role="status">{text.memoryUndone}</p> : null}
          </PostForm>
        )}
      <p class="small quiet row row-8">
        <span class="tier">
          <Glyph name="stm" /> <Glyph name="itm" /> <Glyph name="ltm" />
        </span>
        {text.memoryTiers}
      </p>
    </>
  );
}

function PrinciplesStep({ state }: StepProps) {
  const text = welcomeText(state.locale);
  const words: Record<string, string> = principleText(state.locale);
  return (
    <>
      <p class="lead">{text.principlesText}</p>
      <ol class="fit numbered">
        {state.services.policy.principles().map(({ key }) => (
          <li class="stack stack-4" key={key}>
            <strong>{words[key]}</strong>
            <span class="quiet small">{words[`${key}_short`]}</span>
          </li>
        ))}
      </ol>
      <p>
        <a href="/constitution">{text.principlesMore}</a>
      </p>
    </>
  );
}

function PlanStep({ data, state }: StepProps) {
  const text = welcomeText(state.locale);
  const reader = readerOf(state);
  const { quota } = data;
  const plan = state.services.plans.cards().find((card) => card.plan === quota.effectivePlan);
  const shown = (n: number | null, show: (n: number) => string) =>
    n === null ? text.planNone : show(n);
  const number = (n: number) => formatNumber(n, reader);
  const { llm_tokens, messages, memory_storage } = quota.resources;
  return (
    <>
      <p class="lead">{say(text.planText, { plan: plan?.name ?? quota.plan })}</p>
      <dl class="kv">
        <dt>{text.planTokens}</dt>
        <dd class="num">{shown(llm_tokens.limit, number)}</dd>
        <dt>{text.planMessages}</dt>
        <dd class="num">{shown(messages.limit, number)}</dd>
        <dt>{text.planMemory}</dt>
        <dd class="num">{shown(memory_storage.limit, (n) => formatBytes(n, reader))}</dd>
      </dl>
      {quota.trialEndsAt && quota.effectivePlan === "free_trial"
        ? (
          <p class="quiet">
            {say(text.planTrial, { until: formatDateTime(quota.trialEndsAt, reader) })}
          </p>
        )
        : null}
      <p>
        <a href="/pricing">{text.planMore}</a>
      </p>
    </>
  );
}

const TONES = ["warm", "plain", "brief"] as const;
const LENGTHS = ["short", "balanced", "long"] as const;

function CompanionStep({ data, state }: StepProps) {
  const text = welcomeText(state.locale);
  const words = accountText(state.locale);
  return (
    <>
      <p class="lead">{text.companionText}</p>
      <Radios
        name="tone"
        legend={words.tone}
        choices={TONES.map((tone) => [tone, words[`tone_${tone}`]])}
        chosen={data.settings?.tone ?? "warm"}
      />
      <Radios
        name="answerLength"
        legend={words.answerLength}
        choices={LENGTHS.map((length) => [length, words[`answerLength_${length}`]])}
        chosen={data.settings?.answerLength ?? "balanced"}
      />
    </>
  );
}

function LookStep({ state }: StepProps) {
  const text = welcomeText(state.locale);
  const words: Record<string, string> = settingsText(state.locale);
  return (
    <>
      <p class="lead">{text.lookText}</p>
      <Appearance formId="tour-next">
        {(["theme", "size", "density"] as const).map((name) => (
          <Radios
            key={name}
            name={name}
            legend={words[name]!}
            choices={LOOK_CHOICES[name].map((choice) => [choice, words[`${name}_${choice}`]!])}
            chosen={state.look[name]}
          />
        ))}
      </Appearance>
    </>
  );
}

function Radios({ name, legend, choices, chosen }: {
  name: string;
  legend: ComponentChildren;
  choices: readonly (readonly [value: string, label: string])[];
  chosen: string;
}) {
  return (
    <fieldset class="field">
      <legend class="label">{legend}</legend>
      <div class="row row-16">
        {choices.map(([value, label]) => (
          <Checkbox
            key={value}
            type="radio"
            name={name}
            value={value}
            checked={value === chosen}
            label={label}
            form="tour-next"
          />
        ))}
      </div>
    </fieldset>
  );
}
