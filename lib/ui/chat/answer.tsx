import { useEffect, useRef } from "preact/hooks";
import { Button, IconButton, Spinner } from "../button.tsx";
import type { Message, PolicyEvent } from "../contract.ts";
import { formatDateTime, formatNumber, formatTime } from "../format.ts";
import { useLazy } from "../lazy.tsx";
import { Logo } from "../logo.tsx";
import { MemoryChip } from "../memory_chip.tsx";
import { say } from "../say.ts";
import { slot } from "../slot.ts";
import type { Tier } from "../tokens.ts";
import { useChat } from "./context.ts";
import type { ChatStore } from "./store.ts";
import { type LiveTurn, newTurn, stageOf } from "./turn.ts";
import { Variants } from "./variants.tsx";
import { VerdictChip } from "./verdict_chip.tsx";

/** Loads the reader of Markdown, the heaviest part of the chat, when words first arrive here. */
export const loadMarkdown = () => import("../markdown_live.tsx");

/** Props of {@link Answer}. */
interface AnswerProps {
  /** The stored answer; null while it is being written. */
  message: Message | null;
  /** Whether nothing comes after it. */
  last: boolean;
}

/**
 * An answer, while it is written and after. It stays the same component at its end, so that its
 * words are not read a second time (UI-88).
 */
export function Answer({ message, last }: AnswerProps) {
  const { store, text, reader } = useChat();
  const ref = useRef<HTMLElement>(null);
  useReceiptWhenSeen(ref, message);
  const live = message ? null : store.live.value ?? newTurn();
  const at = message?.createdAt;
  const label = at ? say(text.answerBy, { time: formatTime(at, reader) }) : text.answering;
  const help = live?.policies.find((p) => p.helpRoute);
  const words = message?.content ?? live?.text ?? "";
  return (
    <article
      class="answer"
      id={message ? `m-${message.id}` : undefined}
      aria-label={label}
      aria-busy={message ? undefined : "true"}
      ref={ref}
    >
      <div class="by" title={at ? formatDateTime(at, reader) : undefined}>
        <Logo />
        <strong>Nova</strong>
        {message ? <Used message={message} /> : <Progress live={live!} />}
      </div>
      {help ? <HelpRoute policy={help} /> : null}
      {live && words === ""
        ? null
        : <Text text={words} live={live !== null} messageId={message?.id} />}
      {message ? <Foot message={message} last={last} /> : null}
    </article>
  );
}

/** How many memories were used, and the verdict when it is not plain. */
function Used({ message }: { message: Message }) {
  const { store, text, reader } = useChat();
  const recall = recallOf(message, store);
  return (
    <>
      {recall ? <span>{say(text.used, { n: recall.length }, reader.locale)}</span> : null}
      <VerdictChip verdict={message.verdict} />
    </>
  );
}

/** What follows the words of a stored answer. */
function Foot({ message, last }: { message: Message; last: boolean }) {
  const { store, text, openReceipt } = useChat();
  return (
    <>
      <Notes message={message} />
      <MemoryRow items={recallOf(message, store) ?? []} messageId={message.id} />
      <div class="row between">
        <Tools message={message} last={last} />
        {message.receiptUrl
          ? (
            <button class="link" type="button" onClick={() => openReceipt(message.id)}>
              {text.receiptLink}
            </button>
          )
          : null}
      </div>
    </>
  );
}

/** What is being done for the answer, or that the connection is away. */
function Progress({ live }: { live: LiveTurn }) {
  const { store, text, reader } = useChat();
  const stage = stageOf(live);
  const n = live.recall?.items.length ?? 0;
  const link = store.link.value;
  const words = link === "waiting"
    ? text.reconnecting
    : link === "lost"
    ? text.lost
    : live.queue !== null
    ? say(text.queued, { n: live.queue }, reader.locale)
    : stage === "ended"
    ? ""
    : say(text[stage], { n }, reader.locale);
  return (
    <>
      {words
        ? (
          <span class="row">
            <Spinner />
            {words}
          </span>
        )
        : null}
      {link === "lost"
        ? <Button size="sm" onClick={() => store.wake()}>{text.retry}</Button>
        : null}
    </>
  );
}

/** The words of an answer: as the server rendered them, else read here once the reader is there. */
function Text({ text: source, live, messageId }: TextProps) {
  const { rendered, reader } = useChat();
  const made = messageId ? rendered(messageId, source) : null;
  const LiveMarkdown = useLazy(made === null, loadMarkdown);
  if (made !== null) return slot(made);
  if (LiveMarkdown) return <LiveMarkdown text={source} live={live} locale={reader.locale} />;
  return (
    <div class="prose">
      <p class="as-typed">{source}</p>
    </div>
  );
}

interface TextProps {
  text: string;
  live: boolean;
  /** Of an answer that is stored. */
  messageId?: string;
}

/** What a chip under an answer needs. */
interface Recalled {
  id: string;
  tier?: Tier;
  kind: "fact" | "turn";
  words: string;
  forgotten: boolean;
}

/** What was recalled for an answer: from its receipt once that is read, else from its events. */
function recallOf(message: Message, store: ChatStore): Recalled[] | null {
  const receipt = store.receipts.value.get(message.id);
  if (receipt && receipt !== "failed") {
    return receipt.items.map((item, i) => ({
      id: item.memoryId ?? `${item.sourceMessageId}-${i}`,
      tier: item.tier ?? undefined,
      kind: item.kind,
      words: item.text ?? "",
      forgotten: item.forgotten,
    }));
  }
  return store.recalls.value.get(message.id)?.items.map((item, i) => ({
    id: item.memoryId ?? `${item.messageId}-${i}`,
    tier: item.tier,
    kind: item.kind,
    words: item.snippet,
    forgotten: false,
  })) ?? null;
}

/** Reads the receipt when the answer comes into view, for its chips. */
function useReceiptWhenSeen(ref: { current: HTMLElement | null }, message: Message | null) {
  const { store } = useChat();
  useEffect(() => {
    if (!message) return;
    const known = store.receipts.peek().has(message.id) || store.recalls.peek().has(message.id);
    if (!ref.current || !message.receiptUrl || known) return;
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      void store.loadReceipt(message.id);
    });
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, [message?.id, message?.receiptUrl]);
}

function MemoryRow({ items, messageId }: { items: Recalled[]; messageId: string }) {
  const { text, reader, openReceipt } = useChat();
  if (items.length === 0) return null;
  return (
    <div class="row" role="group" aria-label={text.memoriesUsed}>
      {items.map((item) => (
        <MemoryChip
          key={item.id}
          tier={item.tier}
          kind={item.kind}
          label={item.words}
          state={item.forgotten ? "forgotten" : undefined}
          locale={reader.locale}
          onClick={() => openReceipt(messageId)}
        />
      ))}
    </div>
  );
}

/** What a reader must know about how the answer ended. */
function Notes({ message }: { message: Message }) {
  const { store, text } = useChat();
  const words = {
    stopped: text.status_stopped,
    interrupted: text.status_interrupted,
    error: text.status_error,
    refused: "",
    complete: message.finishReason === "length"
      ? text.finish_length
      : message.finishReason === "quota"
      ? text.finish_quota
      : "",
    streaming: "",
  }[message.status];
  if (!words) return null;
  const canContinue = message.status !== "error" && message.finishReason !== "quota";
  return (
    <p class="noted">
      {words}
      {canContinue && !store.busy
        ? (
          <Button size="sm" onClick={() => store.continueAnswer(message)}>
            {text.continueAnswer}
          </Button>
        )
        : null}
    </p>
  );
}

function Tools({ message, last }: { message: Message; last: boolean }) {
  const { store, text, reader, copy } = useChat();
  const vote = message.feedback?.vote;
  const tokens = (message.promptTokens ?? 0) + (message.completionTokens ?? 0);
  return (
    <div class="tools">
      <IconButton
        icon="copy"
        size="sm"
        label={text.copyAnswer}
        onClick={() => copy(message.content)}
      />
      {last && !store.busy
        ? (
          <IconButton
            icon="refresh"
            size="sm"
            label={text.answerAgain}
            onClick={() => store.regenerate(message)}
          />
        )
        : null}
      <IconButton
        icon="up"
        size="sm"
        label={text.helpful}
        pressed={vote === "up"}
        onClick={() => store.vote(message, "up")}
      />
      <IconButton
        icon="up"
        size="sm"
        class="turned"
        label={text.notHelpful}
        pressed={vote === "down"}
        onClick={() => store.vote(message, "down")}
      />
      <Variants message={message} />
      {message.model
        ? (
          <span class="tiny quiet">
            {say(text.meta, { model: message.model, tokens: formatNumber(tokens, reader) })}
          </span>
        )
        : null}
    </div>
  );
}

/** Where help is to be had, before anything else (POL-10). */
export function HelpRoute({ policy }: { policy: PolicyEvent }) {
  const route = policy.helpRoute;
  if (!route) return null;
  return (
    <section class="banner" aria-label={route.title}>
      <p>
        <strong>{route.title}</strong> {route.text}
      </p>
      {route.links.map((link) => (
        <a key={link.href} class="btn btn-sm" href={link.href}>{link.label}</a>
      ))}
    </section>
  );
}
