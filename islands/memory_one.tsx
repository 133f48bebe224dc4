import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { Button } from "../lib/ui/button.tsx";
import { createApi, problemOf } from "../lib/ui/chat/api.ts";
import { Chip } from "../lib/ui/chip.tsx";
import type {
  Memory,
  MemoryEvent,
  MemoryLink,
  MemorySource,
  ProblemBody,
} from "../lib/ui/contract.ts";
import { formatDateTime, formatDay, type Reader } from "../lib/ui/format.ts";
import { TierLabel } from "../lib/ui/memory_chip.tsx";
import { EditForm, Facts } from "../lib/ui/memory/detail.tsx";
import { ProblemCard } from "../lib/ui/problem_card.tsx";
import { say } from "../lib/ui/say.ts";
import { careWord, memoryCareText } from "../lib/ui/text/memory_care.ts";
import { memoryText } from "../lib/ui/text/memory.ts";
import { systemClock } from "../lib/platform/clock.ts";

/** Props of {@link MemoryOne}, plain data from the page. */
export interface MemoryOneProps {
  memory: Memory;
  history: MemoryEvent[];
  links: MemoryLink[];
  sources: MemorySource[];
  /** What forgetting would reach. */
  reach: { links: number; receipts: number; summaries: number };
  reader: Reader;
}

/** One memory with its history, ties and sources, and what can be done to it (UI-16). */
export default function MemoryOne(props: MemoryOneProps) {
  return (
    <IslandBoundary name="memory one" locale={props.reader.locale}>
      <Whole {...props} />
    </IslandBoundary>
  );
}

function Whole(props: MemoryOneProps) {
  const { reader, links, sources, reach } = props;
  const text = memoryCareText(reader.locale);
  const words = memoryText(reader.locale);
  const api = useMemo(
    () => createApi({ fetch: (input, init) => fetch(input, init), clock: systemClock }),
    [],
  );
  const memory = useSignal(props.memory);
  const history = useSignal(props.history);
  const problem = useSignal<ProblemBody | null>(null);
  const editing = useSignal(false);
  const erasing = useSignal(false);
  const { id } = memory.value;
  const path = `/api/memory/${id}`;
  /** Does something and shows what became of it; `gone` says that nothing is left to show. */
  async function act(work: () => Promise<unknown>) {
    problem.value = null;
    try {
      if (await work() === "gone") return;
      const page = await api.get<{ items: MemoryEvent[] }>(`${path}/history`);
      history.value = page.items;
    } catch (error) {
      problem.value = problemOf(error);
    }
  }
  const put = async (work: Promise<Memory>) => void (memory.value = await work);
  const { pinned, anchor, locked, deletedAt, validTo } = memory.value;
  const gone = deletedAt !== null;
  const last = history.value.findLast(({ action }) => action !== "renew");
  return (
    <div class="stack stack-16">
      <ProblemCard problem={problem.value} reader={reader} />
      <div class="split">
        <article class="card" id="detail">
          <span class="row">
            <TierLabel tier={memory.value.tier} locale={reader.locale} />
            <Chip>{memory.value.type}</Chip>
            {pinned ? <Chip tone="line" icon="pin">{words.pinned}</Chip> : null}
            {anchor ? <Chip tone="line" icon="anchor">{words.anchor}</Chip> : null}
            {locked ? <Chip tone="line" icon="lock">{text.lock}</Chip> : null}
            {validTo ? <Chip tone="line">{words.past}</Chip> : null}
            {gone ? <Chip tone="red" icon="trash">{text.tabTrash}</Chip> : null}
          </span>
          {editing.value
            ? (
              <EditForm
                text={memory.value.text}
                label={words.editLabel}
                locale={reader.locale}
                onDone={(said) => {
                  editing.value = false;
                  if (said === null || said === memory.value.text) return;
                  void act(() => put(api.patch<Memory>(path, { text: said })));
                }}
              />
            )
            : <h2 class="memory-text">{memory.value.text}</h2>}
          {gone
            ? (
              <div class="row">
                <Button
                  icon="undo"
                  onClick={() => act(() => put(api.post<Memory>(`${path}/restore`)))}
                >
                  {text.restore}
                </Button>
              </div>
            )
            : (
              <div class="row">
                <Button size="sm" icon="edit" onClick={() => editing.value = true}>
                  {words.edit}
                </Button>
                <Button
                  size="sm"
                  icon="pin"
                  onClick={() =>
                    act(() => put(api.post<Memory>(`${path}/${pinned ? "unpin" : "pin"}`)))}
                >
                  {pinned ? words.unpin : words.pin}
                </Button>
                <Button
                  size="sm"
                  icon="lock"
                  title={text.lockHint}
                  onClick={() => act(() => put(api.patch<Memory>(path, { locked: !locked })))}
                >
                  {locked ? text.unlock : text.lock}
                </Button>
                <Button
                  size="sm"
                  icon="anchor"
                  onClick={() =>
                    act(() => put(api.post<Memory>(`${path}/anchor`, { anchor: !anchor })))}
                >
                  {anchor ? text.releaseAnchor : text.makeAnchor}
                </Button>
                {validTo ? null : (
                  <Button
                    size="sm"
                    icon="clock"
                    onClick={() =>
                      act(() =>
                        put(api.patch<Memory>(path, {
                          validTo: systemClock.now().toISOString(),
                        }))
                      )}
                  >
                    {text.outdated}
                  </Button>
                )}
                <Button
                  size="sm"
                  icon="trash"
                  onClick={() =>
                    act(async () => {
                      await api.delete(path);
                      memory.value = {
                        ...memory.value,
                        deletedAt: systemClock.now().toISOString(),
                      };
                    })}
                >
                  {words.forget}
                </Button>
                <Button
                  size="sm"
                  kind="ghost"
                  aria-expanded={erasing.value ? "true" : "false"}
                  onClick={() => erasing.value = !erasing.value}
                >
                  {text.erase}
                </Button>
              </div>
            )}
          {erasing.value
            ? (
              <div class="stack stack-12" role="group" aria-label={text.erase}>
                <p>{text.eraseQuestion}</p>
                <p class="small quiet">
                  {say(text.eraseReach, { ...reach }, reader.locale)}
                </p>
                <div class="row">
                  <Button
                    kind="danger"
                    onClick={() =>
                      act(async () => {
                        await api.delete(`${path}?erase=true`);
                        location.assign("/memory");
                        return "gone";
                      })}
                  >
                    {text.eraseConfirm}
                  </Button>
                  <Button onClick={() => erasing.value = false}>{text.cancel}</Button>
                </div>
              </div>
            )
            : null}
          <hr />
          <section class="stack stack-12">
            <h3>{text.sources}</h3>
            {memory.value.quote
              ? (
                <blockquote class="quote">
                  <p>“{memory.value.quote}”</p>
                </blockquote>
              )
              : null}
            {sources.length === 0
              ? <p class="quiet">{text.noSources}</p>
              : (
                <ul class="stack stack-12">
                  {sources.map((source) => (
                    <li key={source.id}>
                      <blockquote class="quote">
                        <p>{source.content.slice(0, 400)}</p>
                        <a class="link" href={`/chat/${source.sessionId}#m-${source.id}`}>
                          {`${source.author}, ${formatDateTime(source.createdAt, reader)}`}
                        </a>
                      </blockquote>
                    </li>
                  ))}
                </ul>
              )}
          </section>
          <hr />
          <Facts memory={memory.value} reader={reader} />
          <dl class="kv small">
            <dt>{text.sentTo}</dt>
            <dd>{careWord(`injection_${memory.value.injection}`, reader.locale)}</dd>
            {memory.value.tags.length > 0
              ? (
                <>
                  <dt>{text.tags}</dt>
                  <dd>{memory.value.tags.join(", ")}</dd>
                </>
              )
              : null}
          </dl>
        </article>
        <div class="stack stack-16">
          <section class="card" aria-labelledby="history">
            <h2 id="history" class="title">{text.history}</h2>
            <ol class="steps-list small">
              {history.value.filter(({ action }) => action !== "renew").toReversed().map((
                event,
              ) => (
                <li key={event.id}>
                  <p>{careWord(`action_${event.action}`, reader.locale)}</p>
                  <p class="quiet">
                    {[
                      formatDateTime(event.createdAt, reader),
                      careWord(`actor_${event.actor}`, reader.locale),
                      event.reason,
                    ].filter(Boolean).join(", ")}
                  </p>
                  {event.changes.filter(({ name }) => name === "text").map((change) => (
                    <p key={change.name} class="quiet">
                      <s>{String(change.before)}</s>
                    </p>
                  ))}
                  {event === last && event.action !== "create" && !gone
                    ? (
                      <button
                        class="link"
                        type="button"
                        onClick={() =>
                          act(() => put(api.post<Memory>(`${path}/undo`, { eventId: event.id })))}
                      >
                        {text.undoStep}
                      </button>
                    )
                    : null}
                </li>
              ))}
            </ol>
          </section>
          <section class="card" aria-labelledby="links">
            <h2 id="links" class="title">{text.links}</h2>
            {links.length === 0
              ? <p class="quiet">{text.noLinks}</p>
              : (
                <ul class="stack stack-12 small">
                  {links.map((link) => (
                    <li key={`${link.kind}${link.direction}${link.memoryId}`}>
                      <span class="quiet">
                        {careWord(`link_${link.kind}_${link.direction}`, reader.locale)}
                      </span>{" "}
                      <a class="link" href={`/memory/${link.memoryId}`}>{link.text}</a>{" "}
                      <span class="quiet">{formatDay(link.createdAt, reader)}</span>
                    </li>
                  ))}
                </ul>
              )}
          </section>
        </div>
      </div>
    </div>
  );
}
