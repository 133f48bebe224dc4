import type { Memory } from "../contract.ts";
import { formatDateTime, formatDay, type Reader } from "../format.ts";
import { say } from "../say.ts";
import { Segments } from "../tabs.tsx";
import { memoryCareText } from "../text/memory_care.ts";
import { type Bar, type Lane, lanesOf, type Stretch, ZOOMS } from "./lanes.ts";

/** How many facts a timeline shows at once. */
export const SHOWN_FACTS = 100;

/**
 * A bar for each fact from when it became true to when it ended, with an arrow to what replaced
 * it; the same in words above each bar (UI-50). Works without script: every view is an address.
 */
export function Validity(
  { facts, stretch, reader }: { facts: Memory[]; stretch: Stretch; reader: Reader },
) {
  const text = memoryCareText(reader.locale);
  const moment = stretch.zoom === "day" || stretch.zoom === "week" ? formatDateTime : formatDay;
  return (
    <section class="card" aria-labelledby="validity">
      <div class="row between">
        <h2 id="validity" class="title">{text.validity}</h2>
        <Segments
          label={text.zoom}
          items={ZOOMS.map((zoom) => ({
            href: addressOf(zoom, stretch.zoom === "all" ? null : stretch.to),
            label: text[`zoom_${zoom}`],
            current: zoom === stretch.zoom,
          }))}
        />
      </div>
      <div class="row between small quiet">
        <Step to={stretch.earlier} zoom={stretch.zoom} label={text.earlier} />
        <span>{`${moment(stretch.from, reader)} – ${moment(stretch.to, reader)}`}</span>
        <Step to={stretch.later} zoom={stretch.zoom} label={text.later} />
      </div>
      {facts.length === 0 ? <p class="quiet">{text.nothingThen}</p> : null}
      <ul class="spans">
        {lanesOf(facts, stretch).map((lane) => (
          <li key={lane[0]!.fact.id}>
            {lane.map((bar) => <Words key={bar.fact.id} bar={bar} reader={reader} />)}
            <Line lane={lane} />
          </li>
        ))}
      </ul>
      {facts.length >= SHOWN_FACTS
        ? <p class="small quiet">{say(text.onlySome, { n: SHOWN_FACTS }, reader.locale)}</p>
        : null}
    </section>
  );
}

function addressOf(zoom: string, until: string | null): string {
  const query = new URLSearchParams(zoom === "all" ? {} : { zoom });
  if (until && zoom !== "all") query.set("until", until);
  return `/memory/timeline${query.size > 0 ? `?${query}` : ""}`;
}

function Step({ to, zoom, label }: { to: string | null; zoom: string; label: string }) {
  return to ? <a class="link" href={addressOf(zoom, to)}>{label}</a> : <span />;
}

function Words({ bar: { fact, replaced }, reader }: { bar: Bar; reader: Reader }) {
  const text = memoryCareText(reader.locale);
  const until = fact.validTo
    ? say(text.until, { when: formatDay(fact.validTo, reader) })
    : text.still;
  return (
    <span class="row between">
      <a class="link" href={`/memory/${fact.id}`}>
        {fact.validTo ? <s>{fact.text}</s> : fact.text}
      </a>
      <span class="small quiet">
        {say(text.since, { when: formatDay(fact.validFrom, reader) })}, {until}
        {replaced ? `, ${text.thenReplaced}` : null}
      </span>
    </span>
  );
}

function Line({ lane }: { lane: Lane }) {
  return (
    <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="span-all" x="0" y="2" width="1000" height="6" rx="3" />
      {lane.map(({ fact, start, end, replaced }) => (
        <g key={fact.id}>
          <rect
            class={fact.validTo ? "span-past" : "span-now"}
            x={start}
            y="2"
            width={Math.max(6, end - start - (replaced ? 8 : 0))}
            height="6"
            rx="3"
          />
          {replaced
            ? (
              <path
                class="span-arrow"
                d={`M${Math.max(4, end - 10)} 0 L${end} 5 L${Math.max(4, end - 10)} 10 Z`}
              />
            )
            : null}
        </g>
      ))}
    </svg>
  );
}
