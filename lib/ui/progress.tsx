import type { ComponentChildren } from "preact";
import { anyReader, formatScore, type Reader } from "./format.ts";
import { say } from "./say.ts";
import { commonText } from "./text/common.ts";
import { slot } from "./slot.ts";

/** Colour of an amount: what it measures, or how close to its end it is. */
export type BarTone = "indigo" | "teal" | "amber" | "red";

/** Props of {@link ProgressBar}. */
export interface ProgressBarProps {
  /** What is measured. */
  label: string;
  /** 0..100. */
  percent: number;
  tone?: BarTone;
  /** The same value in words. */
  text?: string;
}

/** An amount of a whole. The words next to it say the same (UI-69). */
export function ProgressBar({ label, percent, tone = "indigo", text }: ProgressBarProps) {
  return (
    <progress
      class={`bar${tone === "indigo" ? "" : ` bar-${tone}`}`}
      max={100}
      value={Math.min(100, Math.max(0, percent))}
      aria-label={label}
      aria-valuetext={text}
    />
  );
}

/** Props of {@link Meter}. */
export interface MeterProps {
  label: string;
  used: string;
  /** Absent when there is no limit; then there is no bar either. */
  limit?: string;
  percent?: number;
  tone?: BarTone;
  note?: ComponentChildren;
  locale?: string;
}

/** Used of limit as words and as a bar, with a line that says what it means. */
export function Meter({ label, used, limit, percent, tone, note, locale }: MeterProps) {
  return (
    <div class="meter">
      <div class="row between">
        <span class="strong">{label}</span>
        <span class="num quiet">
          <strong class="strong">{used}</strong>{" "}
          {limit ? say(commonText(locale).ofLimit, { limit }) : null}
        </span>
      </div>
      {limit && percent !== undefined
        ? <ProgressBar label={label} percent={percent} tone={tone} text={`${used} / ${limit}`} />
        : null}
      {note ? <p class="small quiet">{slot(note)}</p> : null}
    </div>
  );
}

/** Props of {@link ProgressRing}. */
export interface ProgressRingProps {
  /** 0..100. */
  percent: number;
  size?: 18 | 36 | 48;
  /** Gold is earned; the others follow {@link BarTone}. */
  tone?: BarTone | "gold";
  /** Names the ring; without it the ring is decoration beside its own words. */
  label?: string;
}

const RING_RADIUS = { 18: 15.5, 36: 17, 48: 17.25 } as const;

/** A thin ring that fills clockwise from the top. */
export function ProgressRing({ percent, size = 36, tone = "gold", label }: ProgressRingProps) {
  const r = RING_RADIUS[size];
  const filled = Math.min(100, Math.max(0, percent));
  return (
    <svg
      class={`ring${size === 36 ? "" : ` ring-${size}`}${tone === "gold" ? "" : ` ring-${tone}`}`}
      viewBox="0 0 36 36"
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : "true"}
    >
      <circle cx="18" cy="18" r={r} />
      {filled > 0
        ? <circle cx="18" cy="18" r={r} pathLength={100} stroke-dasharray={`${filled} 100`} />
        : null}
    </svg>
  );
}

/** One term of a score, in words. */
export interface ScorePart {
  label: string;
  /** Its share; the shares add up to the score. */
  amount: number;
}

/** A score of 0..1 as its parts: a bar of segments and the same in words and numbers (UI-53). */
export function ScoreBar(
  { parts, reader = anyReader }: { parts: readonly ScorePart[]; reader?: Reader },
) {
  let x = 0;
  return (
    <>
      <svg class="score" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        {parts.map((part, i) => {
          const width = Math.max(0, part.amount) * 100;
          const rect = <rect key={i} x={x} width={Math.max(0, width - 0.4)} height="4" />;
          x += width;
          return rect;
        })}
      </svg>
      <ul class="parts">
        {parts.map((part, i) => (
          <li key={i}>
            {part.label} {formatScore(part.amount, reader)}
          </li>
        ))}
      </ul>
    </>
  );
}
