import { batch } from "@preact/signals";
import type { Conversation, Message, TurnEvent } from "../contract.ts";
import { ChatActs } from "./acts.ts";
import { jsonHeaders } from "./api.ts";
import { type Follower, followTurn } from "./follow.ts";
import { settle, type Settled } from "./settle.ts";
import { type LiveTurn, newTurn } from "./turn.ts";

export type { ChatData, ChatPorts, Failure } from "./state.ts";

/** A turn on its way: what was asked and what starts it. */
interface Outgoing {
  path: string;
  body: Record<string, unknown>;
  /** The user's words while the server has not stored them; null when it has. */
  said: string | null;
  /** What is shown before the answer. */
  before: Message[];
  /** Text a *continue* appends to. */
  initial?: string;
  /** The turn changes variants, so the path is read anew at its end. */
  branches?: boolean;
  /** Kept for *try again*, so that a message the server has after all is not stored twice. */
  clientMessageId?: string;
}

/** The state of the chat and everything that may be done to it. */
export class ChatStore extends ChatActs {
  #follower: Follower | null = null;

  /** Attaches to the turn that was under way when the page was made (CHT-50). */
  resume(): void {
    const { activeTurnId } = this.data.conversation ?? {};
    if (!activeTurnId || this.busy) return;
    const before = this.messages.value.filter((m) =>
      m.turnId !== activeTurnId || m.role === "user"
    );
    const eventsUrl = `/api/chat/turns/${activeTurnId}/events`;
    void this.#run({ path: "", body: {}, said: null, before, branches: true }, eventsUrl);
  }

  /** Sends a message, in the open conversation or in a new one. Returns once the turn has ended. */
  send(content: string): Promise<void> {
    const open = this.conversation.value;
    const fresh = { memoryMode: this.memoryMode.value, temporary: this.temporary.value };
    return this.#run({
      path: open ? `/api/chat/sessions/${open.id}/messages` : "/api/chat/messages",
      body: { content, ...(open ? {} : fresh) },
      said: content,
      before: this.messages.value,
    });
  }

  /** Sends another wording of an own message; the former one stays as a variant (CHT-3). */
  edit(message: Message, content: string): Promise<void> {
    return this.#run({
      path: `/api/chat/messages/${message.id}/edit`,
      body: { content, mode: "branch" },
      said: content,
      before: this.#before(message),
      branches: true,
    });
  }

  /** Asks for another answer to the same message. */
  regenerate(answer: Message): Promise<void> {
    return this.#run({
      path: `/api/chat/messages/${answer.id}/regenerate`,
      body: {},
      said: null,
      before: this.#before(answer),
      branches: true,
    });
  }

  /** Lets an answer that was cut off go on where it stopped (CHT-49). */
  continueAnswer(answer: Message): Promise<void> {
    return this.#run({
      path: `/api/chat/messages/${answer.id}/continue`,
      body: {},
      said: null,
      before: this.#before(answer),
      initial: answer.content,
      branches: true,
    });
  }

  /** Ends the answer under way (CHT-47). What has arrived stays. */
  async stop(): Promise<void> {
    const turnId = this.live.value?.turn?.turnId;
    if (!turnId) return this.#follower?.cancel();
    await this.attempt(() => this.ports.api.post(`/api/chat/turns/${turnId}/stop`), null);
  }

  /** The network is back, or the page is looked at again. */
  wake(): void {
    this.#follower?.kick();
  }

  async #run(out: Outgoing, eventsUrl?: string): Promise<void> {
    if (this.busy) return;
    const { ports } = this;
    const clientMessageId = out.clientMessageId ?? ports.newId();
    const body = { ...out.body, clientMessageId };
    batch(() => {
      this.failure.value = null;
      if (this.draft.value === out.said) this.draft.value = "";
      this.messages.value = out.before;
      this.said.value = out.said;
      this.live.value = newTurn(out.initial);
    });
    const start = (signal: AbortSignal) =>
      ports.fetch(out.path, {
        method: "POST",
        headers: jsonHeaders(true, "text/event-stream"),
        body: JSON.stringify(body),
        signal,
      });
    let joined = false;
    let known = false;
    this.#follower = followTurn({
      start: eventsUrl ? undefined : start,
      eventsUrl,
      initial: newTurn(out.initial),
      fetch: ports.fetch,
      clock: ports.clock,
      onChange: (live) => {
        if (!known && live.turn) this.#opened(live.turn);
        known = live.turn !== null;
        ports.schedule(() => {
          if (this.#follower) this.live.value = live;
          ports.onText?.(live);
        });
      },
      onLink: (link) => this.link.value = link,
      onJoin: () => {
        joined = true;
        batch(() => {
          this.said.value = null;
          if (this.draft.value === "") this.draft.value = out.said ?? "";
        });
        this.#keepDraft(this.conversation.value?.id ?? null);
      },
    });
    const end = await this.#follower.finished;
    this.#follower = null;
    this.live.value = end.live;
    ports.onEnd?.(end.live.text);
    const settled = await settle(end, {
      api: ports.api,
      before: out.before,
      said: joined ? null : out.said,
      userName: this.data.userName,
      reread: joined || (out.branches ?? false),
      now: ports.clock.now(),
    });
    this.#show(settled, end.live, { ...out, clientMessageId });
  }

  /** A first message made a conversation: its address and its place in the list. */
  #opened(turn: TurnEvent): void {
    this.#keepDraft(this.conversation.value?.id ?? null);
    if (this.conversation.value) return;
    const made = newConversation(turn, {
      temporary: this.temporary.value,
      memoryMode: this.memoryMode.value,
      now: this.ports.clock.now().toISOString(),
    });
    batch(() => {
      this.conversation.value = made;
      if (!made.temporary) this.conversations.value = [made, ...this.conversations.value];
    });
    this.ports.rename(`/chat/${made.id}`);
  }

  /** Stores what is in the field now: nothing once a message is sent, its words if it was not. */
  #keepDraft(id: string | null): void {
    this.ports.drafts.write(id, this.draft.peek());
  }

  #show(settled: Settled, live: LiveTurn, out: Outgoing): void {
    const lost = !live.turn && !settled.conversation && out.said !== null;
    const answerId = live.turn?.assistantMessageId;
    batch(() => {
      this.live.value = null;
      this.said.value = null;
      // Words the server never stored go back into the field.
      if (lost && this.draft.value === "") this.draft.value = out.said ?? "";
      if (settled.conversation) this.#adopt(settled.conversation);
      this.messages.value = settled.messages;
      if (live.usage) this.quota.value = live.usage.quota;
      if (answerId && live.recall) {
        this.recalls.value = new Map(this.recalls.value).set(answerId, live.recall);
      }
      if (settled.problem) this.#fail(settled, out, live);
    });
    this.#keepDraft(this.conversation.value?.id ?? null);
    const keeps = this.memoryMode.value === "on" && !this.conversation.value?.temporary;
    if (live.turn && live.done && out.said !== null && keeps) {
      this.lookRemembered(live.turn.userMessageId);
    }
  }

  /** The server stored the message although the model did not answer (CHT-76). */
  #adopt(conversation: Conversation): void {
    const isNew = this.conversation.value === null;
    this.conversation.value = conversation;
    if (!isNew) return;
    this.conversations.value = [conversation, ...this.conversations.value];
    this.ports.drafts.write(null, "");
    this.ports.rename(`/chat/${conversation.id}`);
  }

  #fail({ problem, conversation }: Settled, out: Outgoing, live: LiveTurn): void {
    const last = this.messages.value.at(-1);
    const stored = live.turn !== null || conversation !== null;
    const retry = !stored
      ? () => void this.#run(out)
      : last?.role === "assistant"
      ? () => void this.regenerate(last)
      : last
      ? () => void this.edit(last, last.content)
      : null;
    this.failure.value = problem ? { problem, retry } : null;
  }

  #before(message: Message): Message[] {
    const at = this.messages.value.findIndex((m) => m.id === message.id);
    return at < 0 ? this.messages.value : this.messages.value.slice(0, at);
  }
}

function newConversation(
  turn: TurnEvent,
  { now, ...chosen }: Pick<Conversation, "temporary" | "memoryMode"> & { now: string },
): Conversation {
  return {
    ...chosen,
    id: turn.sessionId,
    title: turn.title,
    titleSource: "auto",
    pinned: false,
    archivedAt: null,
    projectId: null,
    model: turn.model,
    headMessageId: null,
    activeTurnId: turn.turnId,
    messageCount: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
}
