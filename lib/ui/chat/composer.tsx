import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { IconButton } from "../button.tsx";
import { StandInBadge } from "../chip.tsx";
import type { Estimate, MemoryMode } from "../contract.ts";
import { formatNumber, formatPercent, formatTime } from "../format.ts";
import { Icon } from "../icon.tsx";
import { Menu, MenuItem } from "../overlay.tsx";
import { say } from "../say.ts";
import { aria } from "../slot.ts";
import { countCodePoints } from "./code_points.ts";
import { useChat } from "./context.ts";

/** Longest message, in code points (CHT-12). */
export const MAX_MESSAGE = 10_000;

/** Length from which the count is shown. */
const COUNT_FROM = 9_000;

/** Wait after the last key before the cost is asked for, in milliseconds. */
const ESTIMATE_AFTER_MS = 400;

/** Props of {@link Composer}. */
export interface ComposerProps {
  onSend: (content: string) => void;
  /** Edits the last own message; null when there is none. */
  onEditLast: (() => void) | null;
}

/** The field a message is written in, with what belongs to the next turn. */
export function Composer({ onSend, onEditLast }: ComposerProps) {
  const { store, text } = useChat();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = store.draft.value;
  const length = countCodePoints(draft);
  const { busy } = store;
  const refusal = busy
    ? text.sendBusy
    : draft.trim() === ""
    ? text.sendEmpty
    : length > MAX_MESSAGE
    ? text.sendTooLong
    : null;

  const change = (value: string) => {
    store.draft.value = value;
    store.ports.drafts.write(store.conversation.value?.id ?? null, value);
  };
  const send = () => {
    if (refusal) return;
    // The stored draft stays until the server has the message.
    store.draft.value = "";
    onSend(draft);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowUp" && draft === "" && onEditLast && !busy) {
      event.preventDefault();
      onEditLast();
    } else if (sends(event, { enterSends: store.data.enterSends, touch: isTouch() })) {
      event.preventDefault();
      send();
    }
  };

  return (
    <>
      <form
        class="box"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <label class="sr" for="draft">{text.message}</label>
        <textarea
          id="draft"
          name="content"
          rows={2}
          dir="auto"
          ref={field}
          value={draft}
          placeholder={busy ? text.placeholderBusy : text.placeholder}
          aria-describedby="cost"
          aria-invalid={aria(length > MAX_MESSAGE)}
          enterkeyhint={store.data.enterSends ? "send" : "enter"}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div class="box-foot">
          <TurnSettings />
          {busy
            ? (
              <IconButton
                icon="stop"
                kind="primary"
                class="end"
                label={text.stop}
                onClick={() => store.stop()}
              />
            )
            : (
              <IconButton
                icon="send"
                kind="primary"
                class="end"
                type="submit"
                label={text.send}
                title={refusal ?? text.send}
                aria-disabled={aria(refusal !== null)}
              />
            )}
        </div>
      </form>
      <Cost length={length} />
    </>
  );
}

/** The part of a key press that is looked at. */
type Key = Pick<
  KeyboardEvent,
  "key" | "shiftKey" | "ctrlKey" | "metaKey" | "isComposing" | "keyCode"
>;

/**
 * Whether a key sends: Enter with Ctrl or Cmd; Enter alone where the person wants that, but not on
 * touch screens, where it is the only way to break a line; nothing while an input method composes.
 */
export function sends(key: Key, options: { enterSends: boolean; touch: boolean }): boolean {
  const composing = key.isComposing || key.keyCode === 229;
  if (key.key !== "Enter" || composing) return false;
  return key.ctrlKey || key.metaKey || (options.enterSends && !key.shiftKey && !options.touch);
}

function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** Model, memory and *temporary*. */
function TurnSettings() {
  const { store, text, reader } = useChat();
  const { model } = store.data;
  const mode = store.memoryMode.value;
  const isNew = store.conversation.value === null;
  const choose = (next: MemoryMode) => {
    store.memoryMode.value = next;
    if (!isNew) void store.patch({ memoryMode: next });
  };
  return (
    <div class="row row-4">
      {model === "practice"
        ? <StandInBadge locale={reader.locale} />
        : (
          <span class="row row-4 small quiet">
            <span class="dot" aria-hidden="true" />
            {model}
          </span>
        )}
      <button class="btn btn-ghost btn-sm" type="button" popovertarget="memory-mode">
        <Icon name="memory" size={16} />
        {text[`memory_${mode}`]}
        <Icon name="down" size={16} />
      </button>
      <Menu id="memory-mode" label={text.memoryMode}>
        {([
          ["on", text.memoryOnHint],
          ["read_only", text.memoryReadHint],
          ["off", text.memoryOffHint],
        ] as const).map(([value, hint]) => (
          <MenuItem
            key={value}
            icon={value === mode ? "check" : undefined}
            closes="memory-mode"
            onClick={() => choose(value)}
          >
            <span>
              {text[`memory_${value}`]}
              <span class="tiny quiet">{` · ${hint}`}</span>
            </span>
          </MenuItem>
        ))}
      </Menu>
      {isNew
        ? (
          <button
            class="btn btn-ghost btn-sm"
            type="button"
            title={text.temporaryHint}
            aria-pressed={aria(store.temporary.value)}
            onClick={() => store.temporary.value = !store.temporary.value}
          >
            <Icon name="clock" size={16} />
            <span>{text.temporary}</span>
          </button>
        )
        : null}
    </div>
  );
}

/** What the next turn costs and what is left, below the field (CHT-12). */
function Cost({ length }: { length: number }) {
  const { store, text, reader } = useChat();
  const estimate = useEstimate();
  const tokens = store.quota.value.find((q) => q.resource === "llm_tokens");
  const left = estimate?.remaining ??
    (tokens && tokens.limit !== null ? Math.max(0, tokens.limit - tokens.used) : null);
  const resetsAt = estimate?.resetsAt ?? tokens?.resetsAt;
  const start = length >= COUNT_FROM
    ? say(text.count, { count: length, max: MAX_MESSAGE }, reader.locale)
    : estimate
    ? costWords(estimate)
    : "";

  function costWords(e: Estimate): string {
    const amount = formatNumber(e.totalTokens, reader);
    if (!e.fits) return say(text.costTooMuch, { tokens: amount });
    if (e.share === null) return say(text.costFree, { tokens: amount });
    return say(text.cost, { tokens: amount, share: formatPercent(e.share, reader) });
  }

  return (
    <p class="cost" id="cost">
      <span class={length > MAX_MESSAGE || estimate?.fits === false ? "t-amber" : undefined}>
        {start}
      </span>
      {left !== null && resetsAt
        ? (
          <span>
            {say(text.left, {
              left: formatNumber(left, reader),
              time: formatTime(resetsAt, reader),
            })}
          </span>
        )
        : null}
    </p>
  );
}

/** The estimate for what is typed, asked for when the keys rest. */
function useEstimate(): Estimate | null {
  const { store } = useChat();
  const estimate = useSignal<Estimate | null>(null);
  const draft = store.draft.value;
  useEffect(() => {
    if (draft.trim() === "" || countCodePoints(draft) > MAX_MESSAGE) {
      estimate.value = null;
      return;
    }
    let current = true;
    const stop = store.ports.clock.after(ESTIMATE_AFTER_MS, async () => {
      const next = await store.estimate(draft);
      if (current) estimate.value = next;
    });
    return () => {
      current = false;
      stop();
    };
  }, [draft]);
  return estimate.value;
}
