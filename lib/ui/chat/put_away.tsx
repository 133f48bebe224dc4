import { useEffect, useRef } from "preact/hooks";
import { Button, IconButton } from "../button.tsx";
import type { Conversation } from "../contract.ts";
import { explain } from "../explain.ts";
import { formatWhen } from "../format.ts";
import { Dialog } from "../overlay.tsx";
import { commonText } from "../text/common.ts";
import { shelfText } from "../text/shelf.ts";
import { Waiting } from "../waiting.tsx";
import { say } from "../say.ts";
import { useChat } from "./context.ts";
import type { Finder, Shelf } from "./finder.ts";

/** Conversations that were archived or deleted, each with the way back. */
export default function PutAway({ finder, shelf }: { finder: Finder; shelf: Shelf }) {
  const { text, reader } = useChat();
  const words = shelfText(reader.locale);
  useEffect(() => void finder.open(shelf), [shelf]);
  const stored = finder.stored.value;
  return (
    <section aria-label={text[`shelf_${shelf}`]}>
      <div class="row between nowrap">
        <h3 class="group">{text[`shelf_${shelf}`]}</h3>
        <Button kind="ghost" size="sm" onClick={() => void finder.open(null)}>{text.back}</Button>
      </div>
      <p class="group">{words[`shelfText_${shelf}`]}</p>
      {finder.progress.value === "failed"
        ? <p class="group" role="alert">{explain(finder.problem.value!, reader).title}</p>
        : null}
      {finder.progress.value === "busy" && stored.length === 0
        ? <Waiting lines={[90, 70, 50]} text={commonText(reader.locale).loadingLong} />
        : null}
      {finder.progress.value === "done" && stored.length === 0
        ? <p class="group">{words[`shelfEmpty_${shelf}`]}</p>
        : null}
      <ul class="stack stack-4">
        {stored.map((conversation) => (
          <li key={conversation.id}>
            <Stored conversation={conversation} finder={finder} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Stored({ conversation, finder }: { conversation: Conversation; finder: Finder }) {
  const { store, text, reader, now } = useChat();
  const words = shelfText(reader.locale);
  const title = conversation.title ?? text.untitled;
  const sure = useRef<HTMLDialogElement>(null);
  const since = formatWhen(conversation.deletedAt ?? conversation.archivedAt!, reader, now);
  const takeBack = async () => {
    const back = await finder.takeBack(conversation);
    if (back) store.conversations.value = [back, ...store.conversations.value];
  };
  return (
    <div class="conv">
      {conversation.deletedAt
        ? <span class="cut grow">{title}</span>
        : <a class="cut grow" href={`/chat/${conversation.id}`}>{title}</a>}
      <span class="row nowrap row-4">
        <time dateTime={conversation.updatedAt}>{since}</time>
        <IconButton
          icon="undo"
          size="sm"
          label={say(text.takeBack, { title })}
          onClick={() => void takeBack()}
        />
        {conversation.deletedAt
          ? (
            <IconButton
              icon="trash"
              size="sm"
              label={say(words.eraseNow, { title })}
              onClick={() => sure.current?.showModal()}
            />
          )
          : null}
      </span>
      <Dialog
        id={`erase-${conversation.id}`}
        title={words.eraseTitle}
        dialogRef={sure}
        actions={
          <>
            <Button onClick={() => sure.current?.close()}>{words.removeKeep}</Button>
            <Button kind="danger" onClick={() => void finder.erase(conversation)}>
              {words.erase}
            </Button>
          </>
        }
      >
        <p>{say(words.eraseSure, { title })}</p>
      </Dialog>
    </div>
  );
}
