import { batch, type Signal, signal } from "@preact/signals";
import { type Api, problemOf } from "../chat/api.ts";
import type { Page, ProblemBody } from "../contract.ts";

/** A list whose entries are decided about one by one and leave it. */
export class InboxStore<Item extends { id: string }> {
  readonly items: Signal<Item[]>;
  readonly nextCursor: Signal<string | null>;
  readonly problem: Signal<ProblemBody | null> = signal(null);
  /** The entry that is being decided about. */
  readonly busy: Signal<string | null> = signal(null);

  constructor(page: Page<Item>, readonly api: Api, readonly path: string) {
    this.items = signal(page.items);
    this.nextCursor = signal(page.nextCursor);
  }

  /** Sends a decision; the entry leaves the list when it was taken, else it stays. */
  async decide(item: Item, act: string, body?: unknown): Promise<boolean> {
    if (this.busy.value) return false;
    return await this.#run(item.id, async () => {
      await this.api.post(`${this.path}/${item.id}/${act}`, body);
      this.items.value = this.items.value.filter(({ id }) => id !== item.id);
    });
  }

  /** Decides about all that wait. */
  async decideAll(answer: "accept" | "reject"): Promise<boolean> {
    return await this.#run("all", async () => {
      await this.api.post(`${this.path}/all`, { answer });
      const page = await this.api.get<Page<Item>>(this.path);
      batch(() => {
        this.items.value = page.items;
        this.nextCursor.value = page.nextCursor;
      });
    });
  }

  /** Reads the next page. */
  async more(): Promise<void> {
    const cursor = this.nextCursor.value;
    if (!cursor) return;
    await this.#run("more", async () => {
      const page = await this.api.get<Page<Item>>(
        `${this.path}?cursor=${encodeURIComponent(cursor)}`,
      );
      batch(() => {
        this.items.value = [...this.items.value, ...page.items];
        this.nextCursor.value = page.nextCursor;
      });
    });
  }

  async #run(name: string, act: () => Promise<void>): Promise<boolean> {
    this.busy.value = name;
    this.problem.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.problem.value = problemOf(error);
      return false;
    } finally {
      this.busy.value = null;
    }
  }
}
