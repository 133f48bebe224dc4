import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";
import type { Tone } from "./tokens.ts";
import { commonText } from "./text/common.ts";
import { slot } from "./slot.ts";

/** Props of {@link Chip}. */
export interface ChipProps {
  tone?: Tone | "line";
  icon?: IconName;
  title?: string;
  class?: string;
  children: ComponentChildren;
}

/** A fact about a thing. Never an action in disguise. */
export function Chip({ tone = "neutral", icon, title, class: extra, children }: ChipProps) {
  const tint = tone === "neutral" ? "" : ` chip-${tone}`;
  return (
    <span class={`chip${tint}${extra ? ` ${extra}` : ""}`} title={title}>
      {icon ? <Icon name={icon} /> : null}
      {slot(children)}
    </span>
  );
}

/** A number next to the name of what it counts. */
export function Count({ children }: { children: ComponentChildren }) {
  return <span class="count">{slot(children)}</span>;
}

/** Props of {@link StandInBadge}. */
export interface StandInBadgeProps {
  /** What stands in, for example `practice model`. */
  label?: string;
  /** Where setting up the real thing is explained. */
  href?: string;
  /** Keeps its words for screen readers alone where there is little room. */
  compact?: boolean;
  locale?: string;
}

/** Says that a built-in stand-in does the work of a service that is not set up (CHT-83). */
export function StandInBadge({ label, href, compact, locale }: StandInBadgeProps) {
  const text = commonText(locale);
  const inside = (
    <>
      <Icon name="info" />
      <span class={compact ? "word" : undefined}>{label ?? text.practiceModel}</span>
    </>
  );
  return href
    ? <a class="chip chip-amber" href={href} title={text.practiceModelHint}>{inside}</a>
    : <span class="chip chip-amber" title={text.practiceModelHint}>{inside}</span>;
}
