import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Button } from "../lib/ui/button.tsx";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { Icon } from "../lib/ui/icon.tsx";
import { Drawer } from "../lib/ui/overlay.tsx";
import { ErrorCard, ToastRegion } from "../lib/ui/notice.tsx";
import { TimedToast } from "../lib/ui/timed_toast.tsx";
import { codeToCopy, wrapCode } from "../lib/ui/copy_code.tsx";
import { formatDateTime, formatNumber, type Reader } from "../lib/ui/format.ts";
import type { Look } from "../lib/ui/look.ts";
import { chatText } from "../lib/ui/text/chat.ts";
import { ChatContext, type ChatScope, useChat } from "../lib/ui/chat/context.ts";
import { Composer } from "../lib/ui/chat/composer.tsx";
import { ConversationList } from "../lib/ui/chat/conversation_list.tsx";
import { loadMarkdown } from "../lib/ui/chat/answer.tsx";
import { liveAlert, OfflineBanner } from "../lib/ui/chat/state_banner.tsx";
import { type AlertKind, outranks } from "../lib/ui/alert.ts";
import { Messages } from "../lib/ui/chat/messages.tsx";
import { type ChatData, ChatStore } from "../lib/ui/chat/store.ts";
import { Starters } from "../lib/ui/chat/starters.tsx";
import { useLazy } from "../lib/ui/lazy.tsx";
import { TalkHead } from "../lib/ui/chat/talk_head.tsx";
import { browserPorts } from "../lib/ui/chat/browser.ts";
import { type Log, useAllowance, useAnnouncer, useLog, useWake } from "../lib/ui/chat/hooks.ts";

/** Pages of earlier messages that are read to lead a reader back to where they were. */
const NEAR_PAGES = 3;

const loadReceipt = () => import("../lib/ui/chat/receipt.tsx");
const loadFailure = () => import("../lib/ui/chat/failure_card.tsx");
const loadShortcuts = () => import("../lib/ui/chat/shortcuts.tsx");

/** Props of {@link Chat}, plain data from the page. */
export interface ChatProps {
  data: ChatData;
  reader: Reader;
  announce: Look["announce"];
  /** ISO time at which the page was made, so that both sides write the same labels. */
  now: string;
  /** What the page tells above the conversation, and the same for what may happen meanwhile. */
  alertKind: AlertKind | null;
  alert: ComponentChildren;
  alert_model_away: ComponentChildren;
  alert_quota_full: ComponentChildren;
  alert_quota_strong: ComponentChildren;
  /** Stored answers as the server rendered them, one slot each (see {@link answerSlot}). */
  [slot: `answer_${string}`]: ComponentChildren;
}

/** Name of the prop that carries a rendered answer. */
const answerSlot = (messageId: string): `answer_${string}` => `answer_${messageId}`;

/** Conversations, messages, composer and receipts. */
export default function Chat(props: ChatProps) {
  const text = chatText(props.reader.locale);
  return (
    <IslandBoundary
      name="chat"
      fallback={
        <main class="content" id="main">
          <ErrorCard
            title={text.islandFailed}
            actions={
              <Button kind="primary" onClick={() => location.reload()}>{text.reload}</Button>
            }
          >
            {text.islandFailedText}
          </ErrorCard>
        </main>
      }
    >
      <Talk {...props} />
    </IslandBoundary>
  );
}

function Talk({ data, reader, announce, now, alertKind, alert, ...slots }: ChatProps) {
  const text = chatText(reader.locale);
  const hooks = useRef<Pick<ChatStore["ports"], "onText" | "onEnd">>({});
  const store = useMemo(() => new ChatStore(data, browserPorts(data, reader, hooks)), []);
  const list = useSignal(false);
  const receipt = useSignal<string | null>(null);
  const toast = useSignal<string | null>(null);
  const putAway = useSignal<PutAwayNow | null>(null);
  const drawer = useRef<HTMLDialogElement>(null);
  const help = useSignal(false);
  const clock = useSignal(now);
  const log = useLog({
    places: store.ports.places,
    of: () => store.conversation.value?.id ?? null,
  });
  const spoken = useAnnouncer(announce, { store, hooks });
  const offline = useWake(store, () => clock.value = new Date().toISOString());

  const ReceiptView = useLazy(receipt.value !== null, loadReceipt);
  const FailureCard = useLazy(store.failure.value !== null, loadFailure);
  const Shortcuts = useLazy(help.value, loadShortcuts);

  useEffect(() => {
    store.draft.value = store.ports.drafts.read(store.conversation.value?.id ?? null);
    store.resume();
    log.toEnd();
    const query = new URLSearchParams(location.search);
    putAway.value = putAwayNow(query);
    // Words that another page suggested; what was being written comes first.
    const suggested = query.get("draft");
    if (suggested && store.draft.value === "") store.draft.value = suggested.slice(0, 2_000);
    if (putAway.value || suggested) {
      history.replaceState(history.state, "", location.pathname + "?new=1");
    }
    const at = query.get("at");
    if (at) void store.bring(at).then((there) => there && requestAnimationFrame(() => goTo(at)));
    const place = at ? null : store.ports.places.read(store.conversation.value?.id ?? "");
    if (place) {
      void store.reach(place.messageId, NEAR_PAGES).then((there) => there && log.toPlace(place));
    }
  }, []);
  useEffect(() =>
    onKeys(store, {
      onHelp: () => help.value = true,
      copy: scope.copy,
      column: () => drawer.current?.open ? drawer.current : null,
    }), []);
  useAllowance(store);
  useEffect(() => warmUp(reader), []);

  // The same as long as the clock's label is, so that the messages are not drawn again for a toast.
  const scope: ChatScope = useMemo(() => ({
    store,
    reader,
    now: new Date(clock.value),
    copy: (words) => {
      navigator.clipboard.writeText(words)
        .then(() => toast.value = text.copied, () => toast.value = text.clipboardFailed);
    },
    rendered: (id, content) => {
      const stored = data.messages.find((message) => message.id === id);
      return stored?.content === content ? slots[answerSlot(id)] ?? null : null;
    },
    openReceipt: (id) => {
      receipt.value = id;
      void store.loadReceipt(id);
      openDrawer(drawer.current);
    },
  }), [clock.value]);
  const messages = useMemo(() => <Messages />, []);
  const send = (content: string) => {
    void store.send(content);
    log.toEnd();
  };
  const found = liveAlert(store);
  const topMost = found && outranks(found, alertKind) ? slots[`alert_${found}`] : alert;
  const own = store.messages.value.findLast((message) => message.role === "user");
  const empty = store.messages.value.length === 0 && store.said.value === null;

  return (
    <ChatContext.Provider value={scope}>
      <div class="chat">
        <ConversationList open={list.value} onClose={() => list.value = false} />
        {list.value ? <div class="veil" onClick={() => list.value = false} /> : null}
        <main class="talk" id="main" tabIndex={-1}>
          <TalkHead
            onList={() => list.value = true}
            onShortcuts={() => help.value = true}
          />
          {topMost ? <div class="talk-alert">{topMost}</div> : null}
          <div
            class="log"
            ref={log.ref}
            onClick={(event) => {
              const code = codeToCopy(event);
              if (code !== null) scope.copy(code);
              else wrapCode(event);
            }}
          >
            <div class="stack stack-24">
              {empty ? <Starters /> : messages}
              {FailureCard ? <FailureCard /> : null}
            </div>
          </div>
          <div class="compose stack" onFocusIn={loadMarkdown}>
            <OfflineBanner offline={offline.value} />
            <Latest log={log} />
            <Composer onSend={send} onEditLast={own ? () => store.editing.value = own.id : null} />
          </div>
        </main>
        <Drawer
          id="receipt"
          title={text.receiptTitle}
          drawerRef={drawer}
          locale={reader.locale}
          onClose={() => {
            drawer.current?.close();
            receipt.value = null;
          }}
        >
          {ReceiptView && receipt.value ? <ReceiptView messageId={receipt.value} /> : null}
        </Drawer>
        {Shortcuts ? <Shortcuts onClose={() => help.value = false} /> : null}
        <p class="sr" aria-live="polite">{spoken}</p>
        <ToastRegion>
          {putAway.value
            ? (
              <TimedToast
                lasts={12_000}
                onDismiss={() => putAway.value = null}
                locale={reader.locale}
                action={
                  <Button
                    size="sm"
                    onClick={() => store.takeBack(putAway.value!.shelf, putAway.value!.id)}
                  >
                    {text.undo}
                  </Button>
                }
              >
                {text[`${putAway.value.shelf}Now`]}
              </TimedToast>
            )
            : null}
          {toast.value
            ? (
              <TimedToast
                key={toast.value}
                onDismiss={() => toast.value = null}
                locale={reader.locale}
              >
                {toast.value}
              </TimedToast>
            )
            : null}
        </ToastRegion>
      </div>
    </ChatContext.Provider>
  );
}

/** The first formatter of a page loads its tables; that is not to fall into the first message. */
function warmUp(reader: Reader) {
  const timer = setTimeout(() => {
    formatDateTime(new Date().toISOString(), reader);
    formatNumber(0, reader);
  }, 500);
  return () => clearTimeout(timer);
}

/** The way back to the end, for a reader who is above it. */
function Latest({ log }: { log: Log }) {
  const { store, text } = useChat();
  if (!log.away.value) return null;
  return (
    <button type="button" class="btn btn-sm latest" onClick={log.toEnd}>
      <Icon name="down" size={16} />
      {store.busy ? text.jumpNew : text.jump}
    </button>
  );
}

/** A conversation that was put away on the page before. */
interface PutAwayNow {
  shelf: "archived" | "deleted";
  id: string;
}

function putAwayNow(query: URLSearchParams): PutAwayNow | null {
  for (const shelf of ["archived", "deleted"] as const) {
    const id = query.get(shelf);
    if (id && /^[0-9a-f-]{36}$/.test(id)) return { shelf, id };
  }
  return null;
}

/** Shows a message and says where the reader is. */
function goTo(messageId: string) {
  const message = document.getElementById(`m-${messageId}`);
  if (!message) return;
  message.classList.add("is-found");
  message.tabIndex = -1;
  message.scrollIntoView({ block: "center" });
  message.focus({ preventScroll: true });
}

/** Beside the conversation where there is room, over it where there is not. */
function openDrawer(drawer: HTMLDialogElement | null) {
  if (!drawer || drawer.open) return;
  if (matchMedia("(max-width: 1180px)").matches) drawer.showModal();
  else drawer.show();
}

/** What keys act on beside the store. */
interface KeyTargets {
  onHelp: () => void;
  copy: (words: string) => void;
  /** The drawer when it is open; beside the conversation it is not modal and Esc is ours. */
  column: () => HTMLDialogElement | null;
}

/** Keys that work anywhere on the page. Those of one letter rest while something is typed. */
function onKeys(store: ChatStore, { onHelp, copy, column }: KeyTargets) {
  const listen = (event: KeyboardEvent) => {
    const chord = event.shiftKey && (event.ctrlKey || event.metaKey);
    const typing = (event.target as HTMLElement).closest?.(
      "input, textarea, select, [contenteditable]",
    );
    const layered = document.querySelector("dialog:modal, :popover-open");
    const open = column();
    if (event.key === "Escape" && !layered && (open || store.busy)) {
      // Where the reader is comes first, then the answer, then what lies beside.
      if (open && (!store.busy || open.contains(event.target as Node))) open.close();
      else void store.stop();
    } else if (chord && event.key.toLowerCase() === "o") {
      event.preventDefault();
      location.assign("/chat?new=1");
    } else if (chord && event.key.toLowerCase() === "c") {
      event.preventDefault();
      const answer = store.messages.value.findLast(({ role }) => role === "assistant");
      if (answer?.content) copy(answer.content);
    } else if (chord && (event.code === "Semicolon" || event.key === ";")) {
      event.preventDefault();
      const code = Array.from(document.querySelectorAll(".log .code code")).at(-1)?.textContent;
      if (code) copy(code);
    } else if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("draft")?.focus();
    } else if (event.key === "?") onHelp();
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}
