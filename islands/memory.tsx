import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { Button, LinkButton, Spinner } from "../lib/ui/button.tsx";
import { createApi } from "../lib/ui/chat/api.ts";
import { scoreParts } from "../lib/ui/chat/reasons.ts";
import { Chip } from "../lib/ui/chip.tsx";
import type { Reader } from "../lib/ui/format.ts";
import { Icon } from "../lib/ui/icon.tsx";
import { TierLabel } from "../lib/ui/memory_chip.tsx";
import { EditForm, MemoryDetail } from "../lib/ui/memory/detail.tsx";
import { type MemoryData, MemoryStore, NOTE_MS, type Row, TYPES } from "../lib/ui/memory/store.ts";
import { type Written, written } from "../lib/ui/memory/written.ts";
import { EmptyState, ToastRegion } from "../lib/ui/notice.tsx";
import { ProblemCard } from "../lib/ui/problem_card.tsx";
import { TimedToast } from "../lib/ui/timed_toast.tsx";
import { say } from "../lib/ui/say.ts";
import { aria } from "../lib/ui/slot.ts";
import { commonText } from "../lib/ui/text/common.ts";
import { memoryText } from "../lib/ui/text/memory.ts";
import { memoryCareText } from "../lib/ui/text/memory_care.ts";
import { systemClock } from "../lib/platform/clock.ts";

/** Props of {@link Memories}, plain data from the page. */
export interface MemoriesProps {
  data: MemoryData;
  reader: Reader;
  /** ISO time at which the page was made. */
  now: string;
  /** ISO time of the first memory; null when there is no past to look at. */
  since: string | null;
  /** The times of the list as the server wrote them. */
  written: Written;
}

/** The list of memories with search, filters, and one memory beside it. */
export default function Memories(props: MemoriesProps) {
  return (
    <IslandBoundary name="memory" locale={props.reader.locale}>
      <Whole {...props} />
    </IslandBoundary>
  );
}

function Whole({ data, reader, now, since, written }: MemoriesProps) {
  const text = memoryText(reader.locale);
  const store = useMemo(() =>
    new MemoryStore(data, {
      api: createApi({ fetch: (input, init) => fetch(input, init), clock: systemClock }),
      clock: systemClock,
      rename: (path) => history.replaceState(history.state, "", path),
    }), []);
  const scope = { store, reader, now: new Date(now), written };
  const problem = store.problem.value;
  return (
    <div class="stack stack-16">
      <SearchForm {...scope} />
      <ProblemCard
        problem={problem}
        reader={reader}
        actions={
          <Button icon="refresh" onClick={() => store.show({})}>
            {commonText(reader.locale).retry}
          </Button>
        }
      />
      <div class="split">
        <section class="card flush" aria-label={text.results} aria-busy={aria(store.loading.value)}>
          <Results {...scope} />
          {since && since.slice(0, 10) < now.slice(0, 10)
            ? <AsOf {...scope} since={since} />
            : null}
        </section>
        {store.chosen.value
          ? <MemoryDetail store={store} memory={store.chosen.value} reader={reader} />
          : null}
      </div>
      <Notes {...scope} />
    </div>
  );
}

interface Scope {
  store: MemoryStore;
  reader: Reader;
  now: Date;
  written: Written;
}

function SearchForm({ store, reader }: Scope) {
  const text = memoryText(reader.locale);
  const filter = store.filter.value;
  const query = useSignal(filter.query);
  const adding = useSignal(false);
  return (
    <>
      <form
        class="row"
        role="search"
        action="/memory"
        onSubmit={(event) => {
          event.preventDefault();
          void store.show({ query: query.value });
        }}
      >
        <div class="with-icon grow-wide">
          <Icon name="search" size={16} />
          <input
            class="input"
            type="search"
            name="q"
            maxLength={1000}
            enterkeyhint="search"
            aria-label={text.search}
            placeholder={text.search}
            value={query.value}
            onInput={(event) => query.value = event.currentTarget.value}
          />
        </div>
        <div class="row">
          <span class="with-icon">
            <select
              class="input"
              name="tier"
              aria-label={text.tier}
              value={filter.tier}
              onChange={(event) =>
                store.show({ tier: event.currentTarget.value as typeof filter.tier })}
            >
              <option value="">{text.anyTier}</option>
              <option value="itm">{commonText(reader.locale).itmName}</option>
              <option value="ltm">{commonText(reader.locale).ltmName}</option>
            </select>
            <Icon name="down" size={16} />
          </span>
          <span class="with-icon">
            <select
              class="input"
              name="type"
              aria-label={text.type}
              value={filter.type}
              onChange={(event) => store.show({ type: event.currentTarget.value })}
            >
              <option value="">{text.anyType}</option>
              {TYPES.map((type) => (
                <option key={type} value={type}>
                  {(text as Record<string, string>)[`type_${type}`]}
                </option>
              ))}
            </select>
            <Icon name="down" size={16} />
          </span>
          <Toggle
            on={filter.pinned}
            label={text.pinnedOnly}
            onChange={(pinned) => store.show({ pinned })}
          />
          <Toggle
            on={filter.includePast}
            label={text.includePast}
            onChange={(includePast) => store.show({ includePast })}
          />
          <Button kind="primary" icon="plus" onClick={() => adding.value = true}>{text.add}</Button>
        </div>
      </form>
      {adding.value
        ? (
          <section class="card" aria-label={text.addTitle}>
            <h2 class="title">{text.addLabel}</h2>
            <p class="quiet">{text.addHint}</p>
            <EditForm
              text=""
              label={text.addLabel}
              locale={reader.locale}
              onDone={async (words) => {
                if (words === null || await store.add(words)) adding.value = false;
              }}
            />
          </section>
        )
        : null}
    </>
  );
}

const DAY_MS = 86_400_000;

/** A slider over the days since the first memory (MEM-45, UI-50). */
function AsOf({ store, since, ...scope }: Scope & { since: string }) {
  const { reader, now } = scope;
  const text = memoryCareText(reader.locale);
  const first = Date.parse(`${since.slice(0, 10)}T00:00:00Z`);
  const days = Math.max(
    1,
    Math.round((Date.parse(`${now.toISOString().slice(0, 10)}T00:00:00Z`) - first) / DAY_MS),
  );
  const { asOf } = store.filter.value;
  const chosen = useSignal(
    asOf ? Math.round((Date.parse(`${asOf}T00:00:00Z`) - first) / DAY_MS) : days,
  );
  const dayAt = (at: number) => new Date(first + at * DAY_MS).toISOString();
  const label = chosen.value >= days
    ? say(text.asOfToday, { when: written("day", now.toISOString(), scope) })
    : written("day", dayAt(chosen.value), scope);
  return (
    <div class="pad as-of">
      <div class="row between">
        <label class="title" for="as-of">{text.asOf}</label>
        <output for="as-of" class="small">
          <strong>{label}</strong>
        </output>
      </div>
      <input
        class="range"
        id="as-of"
        type="range"
        min={0}
        max={days}
        value={chosen.value}
        aria-valuetext={label}
        onInput={(event) => chosen.value = Number(event.currentTarget.value)}
        onChange={() =>
          store.show({ asOf: chosen.value >= days ? "" : dayAt(chosen.value).slice(0, 10) })}
      />
      <div class="row between small quiet">
        <span>{written("day", dayAt(0), scope)}</span>
        <span>{text.asOfHint}</span>
      </div>
    </div>
  );
}

function Toggle(
  { on, label, onChange }: { on: boolean; label: string; onChange: (on: boolean) => void },
) {
  return (
    <button class="btn" type="button" aria-pressed={aria(on)} onClick={() => onChange(!on)}>
      {label}
    </button>
  );
}

function Results({ store, ...scope }: Scope) {
  const { reader } = scope;
  const text = memoryText(reader.locale);
  const rows = store.rows.value;
  const search = store.found.value;
  if (rows.length === 0) return <Nothing store={store} {...scope} />;
  return (
    <>
      <div class="pad row between">
        <p class="small quiet" role="status">
          {search
            ? say(text.found, { n: search.total, ms: search.ms }, reader.locale)
            : text.listCount}
        </p>
        {search
          ? (
            <button class="link" type="button" onClick={() => store.show({ query: "" })}>
              {text.clear}
            </button>
          )
          : null}
      </div>
      <hr />
      {search?.degraded ? <p class="pad small t-amber">{text.degraded}</p> : null}
      <ul class="results">
        {rows.map((row) => (
          <li key={row.kind === "fact" ? row.memory.id : row.message.id}>
            <ResultRow store={store} row={row} {...scope} />
          </li>
        ))}
      </ul>
      <More store={store} {...scope} />
    </>
  );
}

function ResultRow({ store, row, ...scope }: Scope & { row: Row }) {
  const { reader } = scope;
  const text = memoryText(reader.locale);
  const reasons = scoreParts(row.parts, reader.locale).slice(0, 3);
  const why = reasons.length === 0 ? null : (
    <span class="row row-4">
      {reasons.map((part) => <Chip key={part.label}>{part.label}</Chip>)}
    </span>
  );
  if (row.kind === "turn") {
    const { message } = row;
    const title = message.sessionTitle ?? "…";
    return (
      <a class="result" href={`/chat/${message.sessionId}#m-${message.id}`}>
        <span class="result-text">{message.content.slice(0, 400)}</span>
        <span class="row row-12 small quiet">
          <Icon name="chat" size={16} />
          {say(text.fromConversation, { author: message.author, title })}
        </span>
        {why}
      </a>
    );
  }
  const { memory } = row;
  const current = store.chosen.value?.id === memory.id;
  return (
    <button
      class="result"
      type="button"
      aria-current={current ? "true" : undefined}
      onClick={() => store.chosen.value = memory}
    >
      <span class="result-text">
        {memory.validTo ? <s class="quiet">{memory.text}</s> : memory.text}
      </span>
      <span class="row row-12 small quiet">
        <TierLabel tier={memory.tier} locale={reader.locale} />
        {memory.pinned ? <Chip tone="line" icon="pin">{text.pinned}</Chip> : null}
        <span title={written("long", memory.createdAt, scope)}>
          {memory.validTo
            ? say(text.pastUntil, { when: written("day", memory.validTo, scope) })
            : say(text.saidOn, { when: written("ago", memory.createdAt, scope) })}
        </span>
        <span>{say(text.usedTimes, { n: memory.accessCount }, reader.locale)}</span>
      </span>
      {why}
    </button>
  );
}

function Nothing({ store, reader }: Scope) {
  const text = memoryText(reader.locale);
  const { query, tier, type, pinned, includePast, trash, asOf } = store.filter.value;
  if (query.trim() !== "") {
    return (
      <EmptyState
        icon="search"
        title={say(text.noneTitle, { query })}
        action={<Button onClick={() => store.show({ query: "" })}>{text.clear}</Button>}
      >
        {text.noneText}
      </EmptyState>
    );
  }
  if (tier || type || pinned || includePast || trash || asOf) {
    return (
      <EmptyState
        icon="search"
        title={text.filteredTitle}
        action={
          <Button
            onClick={() =>
              store.show({
                tier: "",
                type: "",
                pinned: false,
                includePast: false,
                trash: false,
                asOf: "",
              })}
          >
            {text.clear}
          </Button>
        }
      >
        {text.noneText}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={text.emptyTitle}
      action={<LinkButton href="/chat">{text.emptyAction}</LinkButton>}
    >
      {text.emptyText}
    </EmptyState>
  );
}

/** Loads the next page when its place comes into view; the button does the same. */
function More({ store, reader }: Scope) {
  const text = memoryText(reader.locale);
  const ref = useRef<HTMLDivElement>(null);
  const cursor = store.nextCursor.value;
  useEffect(() => {
    if (!ref.current || !cursor) return;
    const watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) void store.more();
    });
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, [cursor]);
  if (!cursor) return null;
  return (
    <div class="pad" ref={ref}>
      {store.loading.value
        ? (
          <span class="row quiet">
            <Spinner />
            {text.loading}
          </span>
        )
        : <Button kind="ghost" onClick={() => store.more()}>{text.more}</Button>}
    </div>
  );
}

function Notes({ store, reader }: Scope) {
  const text = memoryText(reader.locale);
  const note = store.note.value;
  return (
    <ToastRegion>
      {note
        ? (
          <TimedToast
            key={note.words}
            lasts={NOTE_MS}
            locale={reader.locale}
            onDismiss={() => store.note.value = null}
            action={note.undo
              ? (
                <Button kind="ghost" size="sm" onClick={note.undo}>
                  {commonText(reader.locale).undo}
                </Button>
              )
              : undefined}
          >
            {text[note.words]}
          </TimedToast>
        )
        : null}
    </ToastRegion>
  );
}
