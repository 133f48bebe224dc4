import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button, IconButton } from "../button.tsx";
import { Chip } from "../chip.tsx";
import type { Memory } from "../contract.ts";
import { formatDay, formatScore, type Reader } from "../format.ts";
import { TierLabel } from "../memory_chip.tsx";
import { say } from "../say.ts";
import { commonText } from "../text/common.ts";
import { memoryText } from "../text/memory.ts";
import type { MemoryStore } from "./store.ts";

/** Props of {@link MemoryDetail}. */
export interface MemoryDetailProps {
  store: MemoryStore;
  memory: Memory;
  reader: Reader;
}

/** One memory: its text, where it came from, what it was used for, and what can be done (UI-16). */
export function MemoryDetail({ store, memory, reader }: MemoryDetailProps) {
  const text = memoryText(reader.locale);
  const editing = useSignal(false);
  useEffect(() => void (editing.value = false), [memory.id]);
  return (
    <article class="card" id="detail" aria-label={text.detail}>
      <div class="card-head">
        <span class="row">
          <TierLabel tier={memory.tier} locale={reader.locale} />
          <Chip>{memory.type}</Chip>
          {memory.pinned ? <Chip tone="line" icon="pin">{text.pinned}</Chip> : null}
          {memory.anchor ? <Chip tone="line" icon="anchor">{text.anchor}</Chip> : null}
          {memory.validTo ? <Chip tone="line">{text.past}</Chip> : null}
        </span>
        <IconButton
          icon="x"
          size="sm"
          label={text.closeDetail}
          onClick={() => store.chosen.value = null}
        />
      </div>
      {editing.value
        ? (
          <EditForm
            text={memory.text}
            label={text.editLabel}
            locale={reader.locale}
            onDone={(words) => {
              editing.value = false;
              if (words !== null && words !== memory.text) void store.edit(memory, words);
            }}
          />
        )
        : <h2>{memory.text}</h2>}
      <div class="row">
        <Button size="sm" icon="edit" onClick={() => editing.value = true}>{text.edit}</Button>
        <Button size="sm" icon="pin" onClick={() => store.pin(memory)}>
          {memory.pinned ? text.unpin : text.pin}
        </Button>
        <Button size="sm" icon="trash" onClick={() => store.forget(memory)}>{text.forget}</Button>
      </div>
      <hr />
      <section class="stack stack-12">
        <h3>{text.cameFrom}</h3>
        <Origin memory={memory} reader={reader} />
      </section>
      <hr />
      <Facts memory={memory} reader={reader} />
      <a class="link" href={`/memory/${memory.id}`}>{text.openWhole}</a>
    </article>
  );
}

function Origin({ memory, reader }: { memory: Memory; reader: Reader }) {
  const text = memoryText(reader.locale);
  const source = memory.sourceMessageIds[0];
  if (!memory.quote && !source) return <p class="quiet">{text.noQuote}</p>;
  const said = say(text.yourMessage, { when: formatDay(memory.createdAt, reader) });
  return (
    <blockquote class="quote">
      {memory.quote ? <p>“{memory.quote}”</p> : null}
      {source && memory.sessionId
        ? <a class="link" href={`/chat/${memory.sessionId}#m-${source}`}>{said}</a>
        : <span class="small">{said}</span>}
    </blockquote>
  );
}

/** What is known about a memory beside its text. */
export function Facts({ memory, reader }: { memory: Memory; reader: Reader }) {
  const text = memoryText(reader.locale);
  const from = formatDay(memory.validFrom, reader);
  const score = formatScore(memory.confidence, reader);
  const level = memory.confidence >= 0.8
    ? text.confidenceHigh
    : memory.confidence >= 0.5
    ? text.confidenceFair
    : text.confidenceLow;
  return (
    <dl class="kv small">
      <dt>{text.trueFrom}</dt>
      <dd>
        {memory.validTo
          ? say(text.trueSpan, { from, until: formatDay(memory.validTo, reader) })
          : say(text.trueStill, { from })}
      </dd>
      <dt>{text.confidence}</dt>
      <dd>{say(level, { score })}</dd>
      <dt>{text.source}</dt>
      <dd>{text[`source_${memory.source}`]}</dd>
      <dt>{text.used}</dt>
      <dd>{say(text.usedTimes, { n: memory.accessCount }, reader.locale)}</dd>
      {memory.expiresAt && !memory.supersededAt && !memory.locked
        ? (
          <>
            <dt>{text.expires}</dt>
            <dd>{formatDay(memory.expiresAt, reader)}</dd>
          </>
        )
        : null}
    </dl>
  );
}

/** Props of {@link EditForm}. */
export interface EditFormProps {
  text: string;
  label: string;
  locale?: string;
  /** Receives the words, or null when it was left as it was. */
  onDone: (words: string | null) => void;
}

/** A text field with *save* and *cancel*. */
export function EditForm({ text, label, locale, onDone }: EditFormProps) {
  const draft = useSignal(text);
  const words = commonText(locale);
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(draft.value.trim() || null);
      }}
    >
      <textarea
        class="input"
        rows={3}
        maxLength={2000}
        aria-label={label}
        value={draft.value}
        onInput={(event) => draft.value = event.currentTarget.value}
      />
      <div class="actions">
        <Button onClick={() => onDone(null)}>{words.cancel}</Button>
        <Button kind="primary" type="submit">{words.save}</Button>
      </div>
    </form>
  );
}
