import { batch, type Signal, signal } from "@preact/signals";
import type { Conversation, Page, ProblemBody, SearchHit } from "../contract.ts";
import { problemOf } from "./api.ts";
import type { ChatPorts } from "./state.ts";

/** Which conversations a list shows. */
export type Shelf = "archived" | "deleted";

/** Where a question to the server stands. */
export type Progress = "idle" | "busy" | "done" | "failed";

/** Wait after the last key before the server is asked, in milliseconds (UI-40). */
const ASK_AFTER_MS = 150;
/** Shorter words find too much. */
const LEAST = 2;

/** Finds words in all own conversations, and shows what was put away. */
export class Finder {
  readonly query: Signal<string> = signal("");
  readonly hits: Signal<SearchHit[]> = signal([]);
  readonly more: Signal<string | null> = signal(null);
  readonly progress: Signal<Progress> = signal("idle");
  readonly problem: Signal<ProblemBody | null> = signal(null);
  readonly shelf: Signal<Shelf | null> = signal(null);
  readonly stored: Signal<Conversation[]> = signal([]);
  #cancel: (() => void) | null = null;
  /** Answers of earlier questions come too late and are dropped. */
  #asked = 0;

  constructor(readonly ports: Pick<ChatPorts, "api" | "clock">) {}

  /** Takes what is typed; asks once nothing more comes. */
  type(query: string): void {
    this.query.value = query;
    this.#cancel?.();
    this.#asked++;
    if (query.trim().length < LEAST) {
      batch(() => {
        this.hits.value = [];
        this.more.value = null;
        this.progress.value = "idle";
      });
      return;
    }
    this.progress.value = "busy";
    this.#cancel = this.ports.clock.after(ASK_AFTER_MS, () => void this.search());
  }

  /** Asks the server; with `on` for the next page. */
  async search(on = false): Promise<void> {
    const asked = ++this.#asked;
    const query = new URLSearchParams({ q: this.query.value.trim() });
    if (on && this.more.value) query.set("cursor", this.more.value);
    await this.#ask(asked, async () => {
      const page = await this.ports.api.get<Page<SearchHit>>(`/api/chat/search?${query}`);
      return () => {
        this.hits.value = on ? [...this.hits.value, ...page.items] : page.items;
        this.more.value = page.nextCursor;
      };
    });
  }

  /** Shows the archive, the trash, or with null the usual list. */
  async open(shelf: Shelf | null): Promise<void> {
    this.shelf.value = shelf;
    this.stored.value = [];
    if (!shelf) return;
    await this.#ask(++this.#asked, async () => {
      const page = await this.ports.api.get<Page<Conversation>>(
        `/api/chat/sessions?${shelf}=true&limit=100`,
      );
      return () => this.stored.value = page.items;
    });
  }

  /** Takes a conversation back out of the archive or the trash; returns it. */
  async takeBack(conversation: Conversation): Promise<Conversation | null> {
    const path = `/api/chat/sessions/${conversation.id}`;
    const { api } = this.ports;
    return await this.#change(
      conversation,
      () =>
        conversation.deletedAt
          ? api.post<Conversation>(`${path}/restore`)
          : api.patch<Conversation>(path, { archived: false }),
    );
  }

  /** Erases a conversation of the trash for good. */
  async erase(conversation: Conversation): Promise<void> {
    const path = `/api/chat/sessions/${conversation.id}?permanent=true`;
    await this.#change(conversation, async () => {
      await this.ports.api.delete(path);
      return conversation;
    });
  }

  async #change(
    conversation: Conversation,
    act: () => Promise<Conversation>,
  ): Promise<Conversation | null> {
    let changed: Conversation | null = null;
    await this.#ask(++this.#asked, async () => {
      changed = await act();
      return () => {
        this.stored.value = this.stored.value.filter(({ id }) => id !== conversation.id);
      };
    });
    return changed;
  }

  async #ask(asked: number, work: () => Promise<() => void>): Promise<void> {
    batch(() => {
      this.progress.value = "busy";
      this.problem.value = null;
    });
    try {
      const show = await work();
      if (asked !== this.#asked) return;
      batch(() => {
        show();
        this.progress.value = "done";
      });
    } catch (error) {
      if (asked !== this.#asked) return;
      batch(() => {
        this.problem.value = problemOf(error);
        this.progress.value = "failed";
      });
    }
  }
}
