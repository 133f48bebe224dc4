import { ProgressRing } from "./progress.tsx";
import { say } from "./say.ts";
import { commonText } from "./text/common.ts";

/** Today's share of the tokens, for the ring in the header. */
export interface QuotaNow {
  /** 0..100, null when unlimited. */
  percent: number | null;
  /** The same with its sign, in the reader's locale. */
  percentText: string;
  level: "ok" | "notice" | "strong" | "blocked";
}

/** Today's tokens as a ring with its value in words; leads to the page of usage. */
export function QuotaStat(
  { quota, locale, ringOnly }: { quota?: QuotaNow | null; locale?: string; ringOnly?: boolean },
) {
  if (!quota) return null;
  const text = commonText(locale);
  const title = quota.percent === null
    ? text.quotaUnlimited
    : say(text.quotaTitle, { percent: quota.percentText });
  const tone = quota.level === "ok" ? "indigo" : quota.level === "notice" ? "amber" : "red";
  return (
    <a class="stat" href="/usage" title={title} aria-label={title}>
      <ProgressRing size={18} percent={quota.percent ?? 0} tone={tone} />
      {ringOnly || quota.percent === null ? null : (
        <span>
          <strong>{quota.percentText}</strong> <span class="hide-medium">{text.quotaShort}</span>
        </span>
      )}
    </a>
  );
}
