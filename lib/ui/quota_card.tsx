import { LinkButton } from "./button.tsx";
import { Card } from "./card.tsx";
import type { Quota } from "./contract.ts";
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatPercent,
  formatTime,
  type Reader,
} from "./format.ts";
import { Icon } from "./icon.tsx";
import { ProgressRing } from "./progress.tsx";
import { say } from "./say.ts";
import { dashboardText } from "./text/dashboard.ts";

/** Props of {@link QuotaCard}. */
export interface QuotaCardProps {
  quota: Quota;
  reader: Reader;
  now: Date;
  /** Id of its region, where there are several on a page. */
  id?: string;
}

/**
 * Today's allowance (UI-95): used of limit, what is left, per cent, and when it starts anew. From
 * 80 % on by icon and words beside colour, with the way to the plans.
 */
export function QuotaCard({ quota, reader, now, id = "allowance" }: QuotaCardProps) {
  const text = dashboardText(reader.locale);
  const { llm_tokens: tokens, messages, memory_storage: memory } = quota.resources;
  const number = (n: number) => formatNumber(n, reader);
  const percent = tokens.percentage;
  const tone = percent === null || percent < 80 ? "indigo" : percent < 90 ? "amber" : "red";
  const near = percent !== null && percent >= 80;
  const ofLimit = (used: string, limit: string | null) =>
    limit === null ? used : say(text.ofLimit, { used, limit });
  return (
    <Card
      title={text.allowance}
      id={id}
      span={4}
      aside={<a href="/usage">{text.usage}</a>}
    >
      <div class="row row-16 nowrap">
        {percent === null ? null : (
          <span class="ringed">
            <ProgressRing
              size={48}
              percent={percent}
              tone={tone}
              label={formatPercent(percent, reader)}
            />
            <span class="tiny" aria-hidden="true">{formatPercent(percent, reader)}</span>
          </span>
        )}
        <div>
          <p class="num strong">
            {near
              ? <Icon name="warn" size={16} class={tone === "red" ? "t-red" : "t-amber"} />
              : null}
            {tokens.remaining === null
              ? say(text.unlimited, { used: number(tokens.used) })
              : say(text.left, { n: number(tokens.remaining) })}
          </p>
          {tokens.limit === null ? null : (
            <p class="small quiet num">
              {say(text.usedOf, { used: number(tokens.used), limit: number(tokens.limit) })}
            </p>
          )}
        </div>
      </div>
      <dl class="kv small">
        <dt>{text.messages}</dt>
        <dd class="num">
          {ofLimit(number(messages.used), messages.limit === null ? null : number(messages.limit))}
        </dd>
        <dt>{text.memory}</dt>
        <dd class="num">
          {ofLimit(
            formatBytes(memory.used, reader),
            memory.limit === null ? null : formatBytes(memory.limit, reader),
          )}
        </dd>
        <dt>{text.resets}</dt>
        <dd>
          {say(text.resetsIn, {
            time: formatTime(quota.resetsAt, reader),
            duration: formatDuration(Date.parse(quota.resetsAt) - now.getTime(), reader),
          })}
        </dd>
      </dl>
      {near
        ? (
          <div class="row">
            <LinkButton size="sm" href="/billing">{text.seePlans}</LinkButton>
          </div>
        )
        : null}
    </Card>
  );
}
