import { Glyph, Icon } from "./icon.tsx";
import { commonText } from "./text/common.ts";
import type { Tier } from "./tokens.ts";
import { aria } from "./slot.ts";

/** Props of {@link MemoryChip}. */
export interface MemoryChipProps {
  /** Absent when only the kind is known. */
  tier?: Tier;
  /** `turn` is a passage of a conversation, which has no tier. */
  kind?: "fact" | "turn";
  /** The memory in a few words; it is cut where it does not fit. */
  label: string;
  /** Leads to the memory. Without it and without `onClick` the chip only shows. */
  href?: string;
  onClick?: (event: Event) => void;
  /** `past` was replaced by something newer, `forgotten` keeps no text. */
  state?: "past" | "forgotten";
  /** Whether what the chip opens is open. */
  expanded?: boolean;
  /** Writes the tier for readers only, where space is short. */
  quiet?: boolean;
  locale?: string;
}

/**
 * The sign of a memory: glyph, ground and abbreviation name its tier, so colour is never alone.
 * It is a link, a button, or plain text, depending on what it can do.
 */
export function MemoryChip(props: MemoryChipProps) {
  const { tier, kind = "fact", label, href, onClick, state, expanded, quiet, locale } = props;
  const text = commonText(locale);
  const full = tier ? text[`${tier}Full`] : kind === "turn" ? text.passage : text.memory;
  const inside = (
    <>
      {tier ? <Glyph name={tier} /> : <Icon name={kind === "turn" ? "chat" : "memory"} />}
      <span class="cut">{state === "forgotten" ? text.forgotten : label}</span>
      {quiet || !tier
        ? <span class="sr">{`, ${full}`}</span>
        : <abbr title={full}>{text[tier]}</abbr>}
    </>
  );
  const shared = { class: "mem", "data-tier": tier, "data-state": state };
  if (href !== undefined) {
    return <a {...shared} href={href} onClick={onClick} aria-expanded={aria(expanded)}>{inside}</a>;
  }
  if (onClick) {
    return (
      <button {...shared} type="button" onClick={onClick} aria-expanded={aria(expanded)}>
        {inside}
      </button>
    );
  }
  return <span {...shared}>{inside}</span>;
}

/** A tier by glyph and name, for the line above a memory. */
export function TierLabel({ tier, locale }: { tier: Tier; locale?: string }) {
  return (
    <span class="tier">
      <Glyph name={tier} />
      {commonText(locale)[`${tier}Name`]}
    </span>
  );
}
