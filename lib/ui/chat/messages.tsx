import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button, IconButton } from "../button.tsx";
import type { Message } from "../contract.ts";
import { formatDateTime, formatTime } from "../format.ts";
import { Icon } from "../icon.tsx";
import { useLazy } from "../lazy.tsx";
import { Dialog, Menu, MenuItem } from "../overlay.tsx";
import { say } from "../say.ts";
import { Answer } from "./answer.tsx";
import { useChat } from "./context.ts";
import { Variants } from "./variants.tsx";

const loadRemembered = () => import("./remembered.tsx");

/** The shown path, and below it the answer that is being written. */
export function Messages() {
  const { store, text } = useChat();
  const messages = store.messages.value;
  const last = messages.at(-1);
  const shown: VNode[] = messages.map((message) =>
    message.role === "user"
      ? <Said key={message.id} message={message} />
      : <Answer key={message.id} message={message} last={message === last} />
  );
  // In one list with the stored ones: at its end an answer keeps its place and its elements.
  const writing = store.writing.value;
  if (store.said.value !== null) shown.push(<JustSaid key="said" words={store.said.value} />);
  if (writing !== null) shown.push(<Answer key={writing} message={null} last />);
  return (
    <div class="column" role="log" aria-label={text.messages} aria-live="off">
      {store.olderCursor.value
        ? <Button kind="ghost" size="sm" onClick={() => store.loadOlder()}>{text.loadOlder}</Button>
        : null}
      {shown}
    </div>
  );
}

/** The words that were just sent, until the server has stored them. */
function JustSaid({ words }: { words: string }) {
  return (
    <article class="said">
      <p class="said-text" dir="auto">{words}</p>
    </article>
  );
}

function Said({ message }: { message: Message }) {
  const { store, text, reader, copy } = useChat();
  const label = say(text.you, { time: formatTime(message.createdAt, reader) });
  // Most messages leave nothing behind that would have to be told.
  const Remembered = useLazy(store.remembered.value.has(message.id), loadRemembered);
  if (store.editing.value === message.id) {
    return <Edit message={message} onDone={() => store.editing.value = null} />;
  }
  const { busy } = store;
  return (
    <article
      class="said"
      id={`m-${message.id}`}
      aria-label={label}
      title={formatDateTime(message.createdAt, reader)}
    >
      <p class="said-text" dir="auto">{message.content}</p>
      <div class="said-tools">
        <IconButton
          icon="copy"
          size="sm"
          label={text.copyMessage}
          onClick={() => copy(message.content)}
        />
        {busy ? null : (
          <IconButton
            icon="edit"
            size="sm"
            label={text.editMessage}
            onClick={() => store.editing.value = message.id}
          />
        )}
        <Variants message={message} />
        {busy ? null : <More message={message} />}
      </div>
      {message.remember || store.conversation.value?.temporary
        ? null
        : <p class="tiny quiet">{text.notRemembered}</p>}
      {Remembered ? <Remembered message={message} /> : null}
    </article>
  );
}

/** What is rarely done with an own message. */
function More({ message }: { message: Message }) {
  const { store, text } = useChat();
  const sure = useRef<HTMLDialogElement>(null);
  const menu = `more-${message.id}`;
  const at = store.messages.value.findIndex(({ id }) => id === message.id);
  const below = store.messages.value.length - at - 1;
  return (
    <>
      <button
        class="btn btn-ghost btn-icon btn-sm"
        type="button"
        popovertarget={menu}
        aria-label={text.moreActs}
        title={text.moreActs}
      >
        <Icon name="more" size={16} />
      </button>
      <Menu id={menu} label={text.moreActs}>
        {message.remember
          ? (
            <MenuItem icon="hide" closes={menu} onClick={() => store.dontRemember(message)}>
              {text.dontRemember}
            </MenuItem>
          )
          : null}
        <MenuItem icon="copy" closes={menu} onClick={() => store.duplicate(message.id)}>
          {text.duplicateHere}
        </MenuItem>
        <MenuItem icon="trash" danger closes={menu} onClick={() => sure.current?.showModal()}>
          {text.deleteMessage}
        </MenuItem>
      </Menu>
      <Dialog
        id={`delete-${message.id}`}
        title={text.deleteMessageTitle}
        dialogRef={sure}
        actions={
          <>
            <Button onClick={() => sure.current?.close()}>{text.deleteMessageKeep}</Button>
            <Button
              kind="danger"
              onClick={() => {
                sure.current?.close();
                void store.removeMessage(message);
              }}
            >
              {text.deleteMessage}
            </Button>
          </>
        }
      >
        <p>{say(text.deleteMessageText, { n: below })}</p>
      </Dialog>
    </>
  );
}

function Edit({ message, onDone }: { message: Message; onDone: () => void }) {
  const { store, text } = useChat();
  const draft = useSignal(message.content);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = (event: Event) => {
    event.preventDefault();
    const words = draft.value.trim();
    onDone();
    if (words !== "" && words !== message.content) void store.edit(message, words);
  };
  return (
    <form class="said is-editing" onSubmit={send} id={`m-${message.id}`}>
      <textarea
        class="input"
        rows={4}
        aria-label={text.editMessage}
        value={draft.value}
        ref={field}
        onInput={(event) => draft.value = event.currentTarget.value}
        onKeyDown={(event) => event.key === "Escape" && onDone()}
      />
      <div class="actions">
        <Button onClick={onDone}>{say(text.cancelEdit)}</Button>
        <Button kind="primary" type="submit">{text.sendEdited}</Button>
      </div>
    </form>
  );
}
