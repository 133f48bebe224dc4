import { useRef } from "preact/hooks";
import { Button, IconButton } from "../button.tsx";
import { Chip } from "../chip.tsx";
import { Dialog, Menu, MenuItem } from "../overlay.tsx";
import { formatPercent } from "../format.ts";
import { type QuotaNow, QuotaStat } from "../quota_stat.tsx";
import { useChat } from "./context.ts";
import type { ChatStore } from "./store.ts";

/** Props of {@link TalkHead}. */
export interface TalkHeadProps {
  onList: () => void;
  onShortcuts: () => void;
}

/** Title of the conversation and what can be done with it. */
export function TalkHead({ onList, onShortcuts }: TalkHeadProps) {
  const { store, text, reader } = useChat();
  const rename = useRef<HTMLDialogElement>(null);
  const open = store.conversation.value;
  const title = open?.title ?? (open ? text.untitled : text.newConversation);
  const mode = open?.memoryMode ?? store.memoryMode.value;
  return (
    <header class="talk-head">
      <span class="only-small">
        <IconButton icon="menu" label={text.showConversations} onClick={onList} />
      </span>
      <h1 class="cut grow">{title}</h1>
      {open?.temporary ? <Chip tone="amber" icon="clock">{text.temporaryMark}</Chip> : null}
      <Chip tone={mode === "on" ? "teal" : "line"} icon="memory" class="hide-small">
        {text[`memory_${mode}`]}
      </Chip>
      <QuotaStat quota={quotaNow(store)} locale={reader.locale} />
      <button
        class="btn btn-ghost btn-icon"
        type="button"
        popovertarget="talk-menu"
        aria-label={text.options}
        title={text.options}
      >
        <svg class="i" aria-hidden="true">
          <use href="/icons.svg#more" />
        </svg>
      </button>
      <Menu id="talk-menu" label={text.options}>
        {open
          ? (
            <>
              <MenuItem icon="edit" closes="talk-menu" onClick={() => rename.current?.showModal()}>
                {text.rename}
              </MenuItem>
              <MenuItem
                icon="pin"
                closes="talk-menu"
                onClick={() => store.patch({ pinned: !open.pinned })}
              >
                {open.pinned ? text.unpin : text.pin}
              </MenuItem>
              <MenuItem icon="copy" closes="talk-menu" onClick={() => store.duplicate()}>
                {text.duplicate}
              </MenuItem>
              <MenuItem icon="down" href={`/api/chat/sessions/${open.id}/export?format=markdown`}>
                {text.exportMarkdown}
              </MenuItem>
              <MenuItem icon="down" href={`/api/chat/sessions/${open.id}/export?format=json`}>
                {text.exportJson}
              </MenuItem>
              <hr />
              <MenuItem icon="archive" closes="talk-menu" onClick={() => store.leave("archived")}>
                {text.archive}
              </MenuItem>
              <MenuItem
                icon="trash"
                danger
                closes="talk-menu"
                onClick={() => store.leave("deleted")}
              >
                {text.remove}
              </MenuItem>
              <hr />
            </>
          )
          : null}
        <MenuItem icon="help" closes="talk-menu" onClick={onShortcuts}>{text.shortcuts}</MenuItem>
      </Menu>
      <RenameDialog dialogRef={rename} title={open?.title ?? ""} />
    </header>
  );
}

/** The share of today's tokens, from the last turn once there was one (UI-95). */
function quotaNow(store: ChatStore): QuotaNow | null {
  const tokens = store.quota.value.find((figure) => figure.resource === "llm_tokens");
  if (!tokens) return store.data.quota;
  const { percentage, level } = tokens;
  const percentText = percentage === null ? "" : formatPercent(percentage, store.ports.reader);
  return { percent: percentage, percentText, level };
}

function RenameDialog(
  { dialogRef, title }: { dialogRef: { current: HTMLDialogElement | null }; title: string },
) {
  const { store, text } = useChat();
  const field = useRef<HTMLInputElement>(null);
  const save = (event: Event) => {
    event.preventDefault();
    const next = field.current?.value.trim() ?? "";
    dialogRef.current?.close();
    if (next !== "" && next !== title) void store.patch({ title: next });
  };
  return (
    <Dialog
      id="rename-talk"
      title={text.renameTitle}
      dialogRef={dialogRef}
      actions={
        <>
          <Button onClick={() => dialogRef.current?.close()}>{text.cancelEdit}</Button>
          <Button kind="primary" type="submit" form="rename-form">{text.rename}</Button>
        </>
      }
    >
      <form id="rename-form" onSubmit={save} class="field">
        <label class="label" for="rename-field">{text.renameLabel}</label>
        <input
          class="input"
          id="rename-field"
          name="title"
          ref={field}
          defaultValue={title}
          maxLength={200}
        />
      </form>
    </Dialog>
  );
}
