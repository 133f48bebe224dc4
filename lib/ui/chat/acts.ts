import { batch } from "@preact/signals";
import type {
  Conversation,
  Estimate,
  Memory,
  Message,
  Page,
  Proposal,
  Receipt,
  Taken,
} from "../contract.ts";
import type { Api } from "./api.ts";
import { latestBelow } from "./branch.ts";
import { LOOK_AFTER_MS, takenFrom } from "./taken.ts";
import { ChatState } from "./state.ts";

/** What may be done to conversations and messages that are there already. */
export class ChatActs extends ChatState {
  #loading = new Set<string>();

  /** Shows the path through another variant of a message (CHT-3). */
  async choose(messageId: string): Promise<void> {
    const { api } = this.ports;
    const id = this.conversation.value?.id;
    if (!id || this.busy) return;
    await this.attempt(async () => {
      const tree = await allMessages(api, id);
      const headMessageId = latestBelow(tree, messageId);
      this.conversation.value = await api.patch(`/api/chat/sessions/${id}`, { headMessageId });
      await this.reload();
    }, () => void this.choose(messageId));
  }

  /** Reads the shown path again. */
  async reload(): Promise<void> {
    const id = this.conversation.value?.id;
    if (!id) return;
    const path = `/api/chat/sessions/${id}/messages?view=path`;
    const page = await this.ports.api.get<Page<Message>>(path);
    batch(() => {
      this.messages.value = page.items;
      this.olderCursor.value = page.nextCursor;
    });
  }

  /** Reads earlier messages of the path. */
  async loadOlder(): Promise<void> {
    const id = this.conversation.value?.id;
    const cursor = this.olderCursor.value;
    if (!id || !cursor) return;
    await this.attempt(async () => {
      const query = new URLSearchParams({ view: "path", cursor });
      const page = await this.ports.api.get<Page<Message>>(
        `/api/chat/sessions/${id}/messages?${query}`,
      );
      batch(() => {
        this.messages.value = [...page.items, ...this.messages.value];
        this.olderCursor.value = page.nextCursor;
      });
    }, () => void this.loadOlder());
  }

  /** Reads the next conversations of the list. */
  async loadConversations(): Promise<void> {
    const cursor = this.conversationsCursor.value;
    if (!cursor) return;
    await this.attempt(async () => {
      const page = await this.ports.api.get<Page<Conversation>>(
        `/api/chat/sessions?${new URLSearchParams({ cursor })}`,
      );
      batch(() => {
        this.conversations.value = [...this.conversations.value, ...page.items];
        this.conversationsCursor.value = page.nextCursor;
      });
    }, () => void this.loadConversations());
  }

  /** Changes the open conversation at once and takes it back with notice on failure (UI-58). */
  async patch(change: Partial<Pick<Conversation, "title" | "pinned" | "memoryMode">>) {
    const former = this.conversation.value;
    if (!former) return;
    this.replace({ ...former, ...change });
    const stored = await this.attempt(
      () => this.ports.api.patch<Conversation>(`/api/chat/sessions/${former.id}`, change),
      () => void this.patch(change),
    );
    this.replace(stored ?? former);
  }

  /** Puts the open conversation away and opens a blank one, which offers the way back (UI-46). */
  async leave(shelf: "archived" | "deleted"): Promise<void> {
    const { api, go } = this.ports;
    const id = this.conversation.value?.id;
    const path = `/api/chat/sessions/${id}`;
    const call = () =>
      shelf === "archived" ? api.patch(path, { archived: true }) : api.delete<void>(path);
    const done = await this.attempt(async () => (await call(), true), () => void this.leave(shelf));
    if (done) go(`/chat?new=1&${shelf}=${id}`);
  }

  /** Brings back what was put away a moment ago, and opens it. */
  async takeBack(shelf: "archived" | "deleted", id: string): Promise<void> {
    const { api, go } = this.ports;
    const path = `/api/chat/sessions/${id}`;
    const call = () =>
      shelf === "archived" ? api.patch(path, { archived: false }) : api.post(`${path}/restore`);
    const done = await this.attempt(
      async () => (await call(), true),
      () => void this.takeBack(shelf, id),
    );
    if (done) go(`/chat/${id}`);
  }

  /** Copies the shown path into a new conversation and opens it. */
  async duplicate(messageId?: string): Promise<void> {
    const id = this.conversation.value?.id;
    const copy = await this.attempt(
      () =>
        this.ports.api.post<Conversation>(
          `/api/chat/sessions/${id}/duplicate`,
          messageId ? { messageId } : {},
        ),
      () => void this.duplicate(messageId),
    );
    if (copy) this.ports.go(`/chat/${copy.id}`);
  }

  /** Makes sure a message is on show: reads earlier ones, or changes to its branch. */
  async bring(messageId: string): Promise<boolean> {
    if (await this.reach(messageId)) return true;
    await this.choose(messageId);
    return this.#shows(messageId);
  }

  /** Reads earlier messages, at most so many pages, until one is among them. */
  async reach(messageId: string, pages = Infinity): Promise<boolean> {
    for (let n = 0; n < pages && !this.#shows(messageId); n++) {
      if (!this.olderCursor.value || this.failure.value) break;
      await this.loadOlder();
    }
    return this.#shows(messageId);
  }

  #shows(messageId: string): boolean {
    return this.messages.value.some(({ id }) => id === messageId);
  }

  /** Deletes a message with everything below it (CHT-4). */
  async removeMessage(message: Message): Promise<void> {
    const done = await this.attempt(
      async () => (await this.ports.api.delete(`/api/chat/messages/${message.id}`), true),
      () => void this.removeMessage(message),
    );
    if (done) await this.attempt(() => this.reload(), () => void this.reload());
  }

  /** Keeps a message out of memory, and forgets what was kept of it (CHT-11). */
  async dontRemember(message: Message): Promise<void> {
    const done = await this.attempt(
      async () => (await this.ports.api.post(`/api/chat/messages/${message.id}/forget`), true),
      () => void this.dontRemember(message),
    );
    if (!done) return;
    batch(() => {
      this.messages.value = this.messages.value.map((m) =>
        m.id === message.id ? { ...m, remember: false } : m
      );
      this.setTaken(message.id, null);
    });
  }

  /** Rates an answer; the same vote again takes it back (CHT-11). */
  async vote(answer: Message, vote: "up" | "down"): Promise<void> {
    const next = answer.feedback?.vote === vote ? null : vote;
    const set = (feedback: Message["feedback"]) => {
      this.messages.value = this.messages.value.map((m) =>
        m.id === answer.id ? { ...m, feedback } : m
      );
    };
    set({ ...answer.feedback, vote: next });
    const path = `/api/chat/messages/${answer.id}/feedback`;
    const stored = await this.attempt(() => this.ports.api.post(path, { vote: next }), null);
    if (stored === undefined) set(answer.feedback);
  }

  /** Reads the receipt of an answer once (CHT-61). */
  async loadReceipt(messageId: string): Promise<void> {
    const known = this.receipts.value.get(messageId);
    if ((known && known !== "failed") || this.#loading.has(messageId)) return;
    this.#loading.add(messageId);
    let receipt: Receipt | "failed";
    try {
      receipt = await this.ports.api.get<Receipt>(`/api/chat/messages/${messageId}/receipt`);
    } catch {
      receipt = "failed"; // shown in the drawer, with what still holds
    }
    this.#loading.delete(messageId);
    this.receipts.value = new Map(this.receipts.value).set(messageId, receipt);
  }

  /** Looks up, a while after a turn, what was kept of its message. */
  protected lookRemembered(messageId: string, attempt = 0): void {
    const after = LOOK_AFTER_MS[attempt];
    if (after === undefined) return;
    this.ports.clock.after(after - (LOOK_AFTER_MS[attempt - 1] ?? 0), async () => {
      const taken = await takenFrom(this.ports.api, messageId);
      if (!taken) return this.lookRemembered(messageId, attempt + 1);
      this.setTaken(messageId, taken);
    });
  }

  private setTaken(messageId: string, taken: Taken | null): void {
    const all = new Map(this.remembered.value);
    if (taken) all.set(messageId, taken);
    else all.delete(messageId);
    this.remembered.value = all;
  }

  /** Takes back what was kept of a message. */
  async forget(messageId: string, fact: Memory): Promise<void> {
    const done = await this.attempt(
      async () => (await this.ports.api.delete(`/api/memory/${fact.id}`), true),
      () => void this.forget(messageId, fact),
    );
    if (!done) return;
    const taken = this.remembered.value.get(messageId);
    if (!taken) return;
    this.setTaken(messageId, { ...taken, saved: taken.saved.filter(({ id }) => id !== fact.id) });
  }

  /** Lets a fact stand again that a newer one replaced; the newer one goes (MEM-41). */
  async bringBack(messageId: string, former: Taken["replaced"][number]): Promise<void> {
    const { memory, eventId } = former;
    const done = await this.attempt(async () => {
      await this.ports.api.post(`/api/memory/${memory.id}/undo`, { eventId });
      if (memory.supersededBy) await this.ports.api.delete(`/api/memory/${memory.supersededBy}`);
      return true;
    }, () => void this.bringBack(messageId, former));
    const taken = this.remembered.value.get(messageId);
    if (!done || !taken) return;
    this.setTaken(messageId, {
      ...taken,
      saved: taken.saved.filter(({ id }) => id !== memory.supersededBy),
      replaced: taken.replaced.filter((other) => other !== former),
    });
  }

  /** Answers whether something may be kept (MEM-35). */
  async decideProposal(
    messageId: string,
    proposal: Proposal,
    answer: "accept" | "reject",
  ): Promise<void> {
    const decided = await this.attempt(
      async () =>
        (await this.ports.api.post<{ memory?: Memory | null } | undefined>(
          `/api/memory/proposals/${proposal.id}/${answer}`,
        )) ?? {},
      () => void this.decideProposal(messageId, proposal, answer),
    );
    const taken = this.remembered.value.get(messageId);
    if (!decided || !taken) return;
    const saved = proposal.op === "save" && decided.memory ? [decided.memory] : [];
    this.setTaken(messageId, {
      ...taken,
      saved: [...taken.saved, ...saved],
      proposals: taken.proposals.filter(({ id }) => id !== proposal.id),
    });
  }

  /** What the next turn will cost (CON-28); null when it cannot be told. */
  async estimate(content: string): Promise<Estimate | null> {
    const sessionId = this.conversation.value?.id;
    try {
      return await this.ports.api.post<Estimate>("/api/chat/estimate", {
        content,
        ...(sessionId ? { sessionId } : {}),
      });
    } catch {
      return null; // an estimate is an aid; sending checks for itself
    }
  }
}

/** Every message of a conversation, page by page. */
async function allMessages(api: Api, id: string): Promise<Message[]> {
  const all: Message[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = new URLSearchParams({ view: "tree", limit: "100" });
    if (cursor) query.set("cursor", cursor);
    const page: Page<Message> = await api.get(`/api/chat/sessions/${id}/messages?${query}`);
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}
