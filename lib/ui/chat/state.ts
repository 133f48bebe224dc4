import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Clock } from "../../platform/clock.ts";
import type {
  Conversation,
  MemoryMode,
  Message,
  ProblemBody,
  QuotaFigure,
  RecallEvent,
  Receipt,
  Taken,
} from "../contract.ts";
import type { Reader } from "../format.ts";
import type { QuotaNow } from "../quota_stat.tsx";
import { type Api, problemOf } from "./api.ts";
import type { Drafts } from "./drafts.ts";
import type { Places } from "./place.ts";
import type { Link } from "./follow.ts";
import type { LiveTurn } from "./turn.ts";

/** What the server knew when the page was made. All of it is plain data. */
export interface ChatData {
  userId: string;
  userName: string;
  conversations: Conversation[];
  conversationsCursor: string | null;
  /** Null for a conversation that has no message yet. */
  conversation: Conversation | null;
  messages: Message[];
  messagesCursor: string | null;
  /** Today's share of the tokens; each turn brings newer figures. */
  quota: QuotaNow | null;
  /** Model new turns use, for example `practice`. */
  model: string;
  /** Whether Enter alone sends; else it breaks the line and Ctrl or Cmd with Enter sends. */
  enterSends: boolean;
}

/** What the chat needs from its surroundings; tests give it other ones. */
export interface ChatPorts {
  api: Api;
  fetch: typeof fetch;
  clock: Clock;
  drafts: Drafts;
  places: Places;
  reader: Reader;
  newId: () => string;
  /** Runs a change before the next frame. Later calls replace the one that waits. */
  schedule: (change: () => void) => void;
  /** Shows an address without loading it. */
  rename: (path: string) => void;
  /** Loads an address. */
  go: (path: string) => void;
  /** Hears each step of an answer, for the live region and the log's scroll. */
  onText?: (live: LiveTurn) => void;
  onEnd?: (text: string) => void;
}

/** An error on show, and what *try again* does. */
export interface Failure {
  problem: ProblemBody;
  retry: (() => void) | null;
}

/** What is shown, as signals: each part of the screen listens to what it draws. */
export class ChatState {
  readonly conversations: Signal<Conversation[]>;
  readonly conversationsCursor: Signal<string | null>;
  readonly conversation: Signal<Conversation | null>;
  readonly messages: Signal<Message[]>;
  readonly olderCursor: Signal<string | null>;
  readonly live: Signal<LiveTurn | null> = signal(null);
  /** Id of the answer that is being written, `live` as long as it has none; null without one. */
  readonly writing: ReadonlySignal<string | null> = computed(() => {
    const live = this.live.value;
    return live && (live.turn?.assistantMessageId ?? "live");
  });
  readonly #busy = computed(() => this.live.value !== null);
  /** Words that are sent and not stored yet. */
  readonly said: Signal<string | null> = signal(null);
  /** What is typed and not sent. */
  readonly draft: Signal<string> = signal("");
  /** Own message whose words are being changed. */
  readonly editing: Signal<string | null> = signal(null);
  readonly link: Signal<Link> = signal("closed");
  readonly failure: Signal<Failure | null> = signal(null);
  readonly quota: Signal<QuotaFigure[]> = signal([]);
  readonly receipts: Signal<ReadonlyMap<string, Receipt | "failed">> = signal(new Map());
  readonly recalls: Signal<ReadonlyMap<string, RecallEvent>> = signal(new Map());
  /** What was kept of own messages of this visit, by message. */
  readonly remembered: Signal<ReadonlyMap<string, Taken>> = signal(new Map());
  /** Settings of a conversation that does not exist yet. */
  readonly temporary: Signal<boolean> = signal(false);
  readonly memoryMode: Signal<MemoryMode>;

  constructor(readonly data: ChatData, readonly ports: ChatPorts) {
    this.conversations = signal(data.conversations);
    this.conversationsCursor = signal(data.conversationsCursor);
    this.conversation = signal(data.conversation);
    this.messages = signal(data.messages);
    this.olderCursor = signal(data.messagesCursor);
    this.memoryMode = signal(data.conversation?.memoryMode ?? "on");
  }

  /** Whether an answer is being written. Who reads it hears of its beginning and end alone. */
  get busy(): boolean {
    return this.#busy.value;
  }

  protected replace(next: Conversation): void {
    batch(() => {
      this.conversation.value = next;
      this.memoryMode.value = next.memoryMode;
      this.conversations.value = this.conversations.value.map((c) => c.id === next.id ? next : c);
    });
  }

  protected async attempt<T>(
    act: () => Promise<T>,
    retry: (() => void) | null,
  ): Promise<T | undefined> {
    try {
      this.failure.value = null;
      return await act();
    } catch (error) {
      this.failure.value = { problem: problemOf(error), retry };
      return undefined;
    }
  }
}
