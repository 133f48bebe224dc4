import { formatNumber, formatShortDay, type Reader } from "./format.ts";
import { say } from "./say.ts";
import { Table } from "./table.tsx";
import { usageText } from "./text/usage.ts";

/** One bar. */
export interface ChartDay {
  /** ISO date. */
  day: string;
  tokens: number;
  messages: number;
}

/** Props of {@link UsageChart}. */
export interface UsageChartProps {
  /** Oldest first. */
  days: readonly ChartDay[];
  /** Daily limit, drawn as a line; null when unlimited. */
  limit: number | null;
  reader: Reader;
}

const WIDTH = 560;
const LEFT = 40;
const BASE = 168;
const TOP = 12;

/** Tokens per day as bars, with the same figures as a table behind a toggle (UI-69). */
export function UsageChart({ days, limit, reader }: UsageChartProps) {
  const text = usageText(reader.locale);
  const most = days.reduce((a, b) => b.tokens > a.tokens ? b : a, days[0]!);
  const top = niceTop(Math.max(most.tokens, limit ?? 0, 1));
  const mean = Math.round(days.reduce((sum, d) => sum + d.tokens, 0) / days.length);
  const y = (tokens: number) => BASE - (tokens / top) * (BASE - TOP);
  const step = (WIDTH - LEFT) / days.length;
  const compact = (n: number) => formatNumber(n, reader, { notation: "compact" });
  const every = Math.ceil(days.length / 4);
  return (
    <>
      <svg class="chart" viewBox={`0 -8 ${WIDTH} 204`} role="img" aria-labelledby="chart-t chart-d">
        <title id="chart-t">{text.perDay}</title>
        <desc id="chart-d">
          {say(text.chartDesc, {
            mean: formatNumber(mean, reader),
            max: formatNumber(most.tokens, reader),
            day: formatShortDay(most.day, reader),
          })}
        </desc>
        {[0, top / 2, top].map((value) => (
          <g key={value}>
            <line class="gl" x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 8} y={y(value) + 4} text-anchor="end">{compact(value)}</text>
          </g>
        ))}
        {days.map((d, i) => (
          <g key={d.day}>
            <rect
              class={i === days.length - 1 ? "t" : limit !== null && d.tokens >= limit ? "x" : "b"}
              x={LEFT + i * step + step * 0.15}
              y={y(d.tokens)}
              width={step * 0.7}
              height={BASE - y(d.tokens)}
              rx="2"
            >
              <title>
                {say(text.chartDay, {
                  day: formatShortDay(d.day, reader),
                  n: formatNumber(d.tokens, reader),
                })}
              </title>
            </rect>
            {i % every === 0 && i < days.length - every / 2
              ? (
                <text
                  class={i % (2 * every) === 0 ? "below" : "below seldom"}
                  x={LEFT + (i + 0.5) * step}
                  y="188"
                  text-anchor="middle"
                >
                  {formatShortDay(d.day, reader)}
                </text>
              )
              : null}
          </g>
        ))}
        {limit === null ? null : (
          <>
            <line class="lim" x1={LEFT} x2={WIDTH} y1={y(limit)} y2={y(limit)} />
            <text x={WIDTH} y={y(limit) - 5} text-anchor="end">
              {say(text.limitLine, { n: formatNumber(limit, reader) })}
            </text>
          </>
        )}
        <text class="below" x={WIDTH} y="188" text-anchor="end">{text.today}</text>
      </svg>
      <details>
        <summary class="link">{text.asTable}</summary>
        <Table
          label={text.perDay}
          columns={[
            { label: text.day },
            { label: text.tokens, kind: "number" },
            { label: text.messages, kind: "number" },
          ]}
          rows={[...days].reverse().map((d) => [
            formatShortDay(d.day, reader),
            formatNumber(d.tokens, reader),
            formatNumber(d.messages, reader),
          ])}
        />
      </details>
    </>
  );
}

/** The next 1, 2, 2.5 or 5 times a power of ten that holds the value, so that halves are round. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= value) ?? 10 * power;
}
