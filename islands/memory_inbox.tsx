import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { Button } from "../lib/ui/button.tsx";
import { createApi } from "../lib/ui/chat/api.ts";
import { Chip } from "../lib/ui/chip.tsx";
import type { Contradiction, Memory, NotSaved, Page, Proposal } from "../lib/ui/contract.ts";
import { formatDay, type Reader } from "../lib/ui/format.ts";
import { InboxStore } from "../lib/ui/memory/inbox_store.ts";
import { EmptyState } from "../lib/ui/notice.tsx";
import { ProblemCard } from "../lib/ui/problem_card.tsx";
import { say } from "../lib/ui/say.ts";
import { slot } from "../lib/ui/slot.ts";
import { careWord, memoryCareText } from "../lib/ui/text/memory_care.ts";
import { systemClock } from "../lib/platform/clock.ts";

/** Props of {@link MemoryInbox}, plain data from the page. */
export type MemoryInboxProps =
  & { reader: Reader }
  & (
    | { kind: "proposals"; page: Page<Proposal> }
    | { kind: "not_saved"; page: Page<NotSaved> }
    | { kind: "contradictions"; page: Page<Contradiction> }
  );

/** What waits for its owner's word. */
export default function MemoryInbox(props: MemoryInboxProps) {
  return (
    <IslandBoundary name="memory inbox" locale={props.reader.locale}>
      <Whole {...props} />
    </IslandBoundary>
  );
}

function Whole(props: MemoryInboxProps) {
  if (props.kind === "proposals") return <Proposals {...props} />;
  if (props.kind === "not_saved") return <NotSavedList {...props} />;
  return <Contradictions {...props} />;
}

function useInbox<Item extends { id: string }>(page: Page<Item>, path: string): InboxStore<Item> {
  return useMemo(() => {
    const api = createApi({ fetch: (input, init) => fetch(input, init), clock: systemClock });
    return new InboxStore(page, api, path);
  }, []);
}

interface ListProps<Item extends { id: string }> {
  store: InboxStore<Item>;
  reader: Reader;
  lead: string;
  empty: { title: string; text: string };
  actions?: ComponentChildren;
  entry: (item: Item) => ComponentChildren;
}

function List<Item extends { id: string }>(
  { store, reader, lead, empty, actions, entry }: ListProps<Item>,
) {
  const problem = store.problem.value;
  const items = store.items.value;
  return (
    <div class="stack stack-16">
      <ProblemCard problem={problem} reader={reader} />
      <section class="card flush">
        <div class="pad row between">
          <p class="quiet grow-wide">{lead}</p>
          {items.length > 0 ? slot(actions) : null}
        </div>
        <hr />
        {items.length === 0
          ? <EmptyState title={empty.title}>{empty.text}</EmptyState>
          : (
            <ul class="results" aria-live="polite">
              {items.map((item) => <li key={item.id} class="pad stack stack-12">{entry(item)}</li>)}
            </ul>
          )}
        {store.nextCursor.value
          ? (
            <div class="pad">
              <Button kind="ghost" onClick={() => store.more()}>
                {memoryCareText(reader.locale).more}
              </Button>
            </div>
          )
          : null}
      </section>
    </div>
  );
}

function SourceLink(
  { item, reader }: {
    item: { sourceMessageId: string | null; sessionId: string | null; createdAt: string };
    reader: Reader;
  },
) {
  const day = formatDay(item.createdAt, reader);
  if (!item.sourceMessageId || !item.sessionId) return <span class="small quiet">{day}</span>;
  const text = memoryCareText(reader.locale);
  return (
    <a class="link small" href={`/chat/${item.sessionId}#m-${item.sourceMessageId}`}>
      {`${text.source}, ${day}`}
    </a>
  );
}

function Proposals({ page, reader }: { page: Page<Proposal>; reader: Reader }) {
  const store = useInbox(page, "/api/memory/proposals");
  const text = memoryCareText(reader.locale);
  const words = { save: text.accept, forget: text.acceptForget, merge: text.acceptMerge };
  const affects = { save: text.affectsSave, forget: text.affectsForget, merge: text.affectsMerge };
  return (
    <List
      store={store}
      reader={reader}
      lead={text.proposalsLead}
      empty={{ title: text.proposalsEmpty, text: text.proposalsEmptyText }}
      actions={
        <span class="row">
          <Button size="sm" onClick={() => store.decideAll("accept")}>{text.acceptAll}</Button>
          <Button size="sm" kind="ghost" onClick={() => store.decideAll("reject")}>
            {text.rejectAll}
          </Button>
        </span>
      }
      entry={(item) => (
        <>
          <p class="result-text">{item.text}</p>
          <span class="row row-4">
            {item.shield ? <Chip tone="amber" icon="shield">{text.shield}</Chip> : null}
            {item.reason && item.reason !== "tainted_source"
              ? <Chip tone="line">{careWord(`reason_${item.reason}`, reader.locale)}</Chip>
              : null}
            <SourceLink item={item} reader={reader} />
          </span>
          {item.affects.length > 0
            ? (
              <p class="small quiet">
                {affects[item.op]} {item.affects.map((fact) => fact.text).join(" · ")}
              </p>
            )
            : null}
          <span class="row">
            <Button
              size="sm"
              kind="primary"
              busy={store.busy.value === item.id}
              onClick={() => store.decide(item, "accept")}
            >
              {words[item.op]}
            </Button>
            <Button size="sm" onClick={() => store.decide(item, "reject")}>{text.reject}</Button>
          </span>
        </>
      )}
    />
  );
}

function NotSavedList({ page, reader }: { page: Page<NotSaved>; reader: Reader }) {
  const store = useInbox(page, "/api/memory/not-saved");
  const text = memoryCareText(reader.locale);
  return (
    <List
      store={store}
      reader={reader}
      lead={text.notSavedLead}
      empty={{ title: text.notSavedEmpty, text: text.notSavedEmptyText }}
      entry={(item) => (
        <>
          {item.text
            ? <p class="result-text">{item.text}</p>
            : <p class="quiet">{text.secretText}</p>}
          <span class="row row-12">
            <Chip tone="line">{careWord(`reason_${item.reason}`, reader.locale)}</Chip>
            <SourceLink item={item} reader={reader} />
            {item.canSave
              ? (
                <Button
                  size="sm"
                  busy={store.busy.value === item.id}
                  onClick={() => store.decide(item, "save")}
                >
                  {text.saveAnyway}
                </Button>
              )
              : null}
          </span>
        </>
      )}
    />
  );
}

function Contradictions({ page, reader }: { page: Page<Contradiction>; reader: Reader }) {
  const store = useInbox(page, "/api/memory/contradictions");
  const text = memoryCareText(reader.locale);
  return (
    <List
      store={store}
      reader={reader}
      lead={text.contradictionsLead}
      empty={{ title: text.contradictionsEmpty, text: text.contradictionsEmptyText }}
      entry={(item) => <ContradictionEntry item={item} store={store} reader={reader} />}
    />
  );
}

function ContradictionEntry(
  { item, store, reader }: {
    item: Contradiction;
    store: InboxStore<Contradiction>;
    reader: Reader;
  },
) {
  const text = memoryCareText(reader.locale);
  const dating = useSignal(false);
  const day = useSignal(item.newer.validFrom.slice(0, 10));
  const resolve = (answer: string, more: Record<string, string> = {}) =>
    store.decide(item, "resolve", { answer, ...more });
  return (
    <>
      <div class="pair-cards">
        <Side label={text.older} memory={item.older} reader={reader} />
        <Side label={text.newer} memory={item.newer} reader={reader} />
      </div>
      <div class="row">
        <Button size="sm" kind="primary" onClick={() => resolve("keep_new")}>{text.keepNew}</Button>
        <Button size="sm" onClick={() => resolve("keep_old")}>{text.keepOld}</Button>
        <Button
          size="sm"
          aria-expanded={dating.value ? "true" : "false"}
          onClick={() => dating.value = !dating.value}
        >
          {text.bothTrue}
        </Button>
        <Button size="sm" kind="ghost" onClick={() => resolve("neither")}>{text.neither}</Button>
      </div>
      {dating.value
        ? (
          <form
            class="row"
            onSubmit={(event) => {
              event.preventDefault();
              void resolve("both_true", { olderValidTo: `${day.value}T00:00:00.000Z` });
            }}
          >
            <label class="row">
              <span>{text.changedOn}</span>
              <input
                class="input"
                type="date"
                required
                value={day.value}
                onInput={(event) => day.value = event.currentTarget.value}
              />
            </label>
            <Button type="submit" kind="primary">{text.confirmBoth}</Button>
          </form>
        )
        : null}
    </>
  );
}

function Side({ label, memory, reader }: { label: string; memory: Memory; reader: Reader }) {
  const text = memoryCareText(reader.locale);
  return (
    <div class="stack stack-4">
      <span class="small quiet">{label}</span>
      <p class="result-text">{memory.text}</p>
      <span class="small quiet">
        {say(text.since, { when: formatDay(memory.validFrom, reader) })}
        {" · "}
        <a class="link" href={`/memory/${memory.id}`}>{text.open}</a>
      </span>
    </div>
  );
}
