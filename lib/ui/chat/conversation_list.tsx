import { useMemo } from "preact/hooks";
import { Button, IconButton, LinkButton } from "../button.tsx";
import type { Conversation } from "../contract.ts";
import { ageOf, formatDateTime, formatWhen } from "../format.ts";
import { Icon, type IconName } from "../icon.tsx";
import { useLazy } from "../lazy.tsx";
import { useChat } from "./context.ts";
import { Finder, type Shelf } from "./finder.ts";

const loadFound = () => import("./found.tsx");
const loadPutAway = () => import("./put_away.tsx");

const SHELVES: readonly [Shelf, IconName][] = [["archived", "archive"], ["deleted", "trash"]];

/** Props of {@link ConversationList}. */
export interface ConversationListProps {
  /** Whether the list lies over the page, on narrow screens. */
  open: boolean;
  onClose: () => void;
}

/** The conversations by age, the pinned ones first. */
export function ConversationList({ open, onClose }: ConversationListProps) {
  const { store, text } = useChat();
  const finder = useMemo(() => new Finder(store.ports), []);
  const wanted = finder.query.value.trim().toLowerCase();
  const shelf = finder.shelf.value;
  const Found = useLazy(wanted.length > 1, loadFound);
  const PutAway = useLazy(shelf !== null, loadPutAway);
  const shown = store.conversations.value.filter((c) =>
    (c.title ?? text.untitled).toLowerCase().includes(wanted)
  );
  return (
    <section
      class={`convs${open ? " is-open" : ""}`}
      id="conversations"
      aria-label={text.conversations}
    >
      <div class="row between nowrap">
        <h2>{text.title}</h2>
        <span class="row nowrap row-4">
          <LinkButton href="/chat?new=1" size="sm" icon="plus" aria-label={text.newConversation}>
            {""}
          </LinkButton>
          <span class="only-small">
            <IconButton icon="x" size="sm" label={text.conversations} onClick={onClose} />
          </span>
        </span>
      </div>
      <div class="with-icon">
        <Icon name="search" size={16} />
        <input
          class="input"
          type="search"
          id="find"
          placeholder={text.find}
          aria-label={text.find}
          value={finder.query.value}
          onInput={(event) => finder.type(event.currentTarget.value)}
        />
      </div>
      {shelf !== null ? PutAway ? <PutAway finder={finder} shelf={shelf} /> : null : (
        <>
          <Groups conversations={shown} />
          {shown.length > 0 || wanted ? null : <p class="group">{text.listEmpty}</p>}
          {store.conversationsCursor.value && !wanted
            ? (
              <Button kind="ghost" onClick={() => store.loadConversations()}>
                {text.loadMore}
              </Button>
            )
            : null}
          {Found ? <Found finder={finder} /> : null}
          <div class="row convs-foot">
            {SHELVES.map(([name, icon]) => (
              <Button
                key={name}
                kind="ghost"
                size="sm"
                icon={icon}
                onClick={() => finder.shelf.value = name}
              >
                {text[`shelf_${name}`]}
              </Button>
            ))}
          </div>
        </>
      )}
    </section>
  );
}

const GROUPS = ["pinned", "today", "week", "older"] as const;

function Groups({ conversations }: { conversations: Conversation[] }) {
  const { text, reader, now } = useChat();
  const groupOf = (c: Conversation) => c.pinned ? "pinned" : ageOf(c.updatedAt, reader, now);
  return (
    <>
      {GROUPS.map((group) => {
        const members = conversations.filter((c) => groupOf(c) === group);
        if (members.length === 0) return null;
        return (
          <div key={group}>
            <h3 class="group">{text[group]}</h3>
            <ul class="stack stack-4">
              {members.map((c) => (
                <li key={c.id}>
                  <Entry conversation={c} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

function Entry({ conversation }: { conversation: Conversation }) {
  const { store, text, reader, now } = useChat();
  const { id, title, updatedAt } = conversation;
  return (
    <a
      class="conv"
      href={`/chat/${id}`}
      aria-current={store.conversation.value?.id === id ? "page" : undefined}
    >
      <span class="cut">{title ?? text.untitled}</span>
      <time dateTime={updatedAt} title={formatDateTime(updatedAt, reader)}>
        {formatWhen(updatedAt, reader, now)}
      </time>
    </a>
  );
}
