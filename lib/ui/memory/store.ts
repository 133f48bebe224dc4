import { batch, type Signal, signal } from "@preact/signals";
import type { Clock } from "../../platform/clock.ts";
import { type Api, problemOf } from "../chat/api.ts";
import type {
  Forgotten,
  Memory,
  Page,
  ProblemBody,
  ScoreTerm,
  SearchAnswer,
  SearchItem,
} from "../contract.ts";

/** Filters of the list; they live in the address (UI-43). */
export interface MemoryFilter {
  query: string;
  tier: "" | "itm" | "ltm";
  type: string;
  pinned: boolean;
  includePast: boolean;
  /** Forgotten and ended memories instead of those that are there. */
  trash: boolean;
  /** Memories as they were on this day (`2026-03-14`); empty for today. */
  asOf: string;
}

/** The kinds of memories, as a filter names them. */
export const TYPES = [
  "fact",
  "preference",
  "event",
  "task",
  "conversation",
  "lesson",
  "error",
  "achievement",
];

/** What the page knew when it was made. */
export interface MemoryData {
  filter: MemoryFilter;
  items: Memory[];
  nextCursor: string | null;
  /** Result of a search, when `filter.query` is not empty. */
  found: SearchAnswer | null;
  /** Memory shown beside the list. */
  chosen: Memory | null;
}

/** What the memory page needs from its surroundings. */
export interface MemoryPorts {
  api: Api;
  clock: Clock;
  /** Shows an address without loading it. */
  rename: (path: string) => void;
}

/** One line of the list: a memory, or a passage that a search found. */
export type Row =
  | { kind: "fact"; memory: Memory; parts: ScoreTerm[] }
  | Extract<SearchItem, { kind: "turn" }>;

/** A short message with an act that takes something back. */
export interface Note {
  words: "added" | "duplicate" | "forgot" | "restored" | "saved";
  undo?: () => void;
}

/** How long *undo* stays on screen, in milliseconds (UI-45 asks for six seconds at least). */
export const NOTE_MS = 8_000;

/** The state of the memory page and what may be done to it. */
export class MemoryStore {
  readonly filter: Signal<MemoryFilter>;
  readonly rows: Signal<Row[]>;
  readonly nextCursor: Signal<string | null>;
  /** Total and time of the search on show. */
  readonly found: Signal<Pick<SearchAnswer, "total" | "ms" | "degraded"> | null>;
  readonly chosen: Signal<Memory | null>;
  readonly loading: Signal<boolean> = signal(false);
  readonly problem: Signal<ProblemBody | null> = signal(null);
  readonly note: Signal<Note | null> = signal(null);
  #run = 0;

  constructor(data: MemoryData, readonly ports: MemoryPorts) {
    this.filter = signal(data.filter);
    this.rows = signal(data.found ? found(data.found) : listed(data.items));
    this.nextCursor = signal(data.nextCursor);
    this.found = signal(data.found);
    this.chosen = signal(data.chosen);
  }

  /** Shows what fits a filter; the address follows. */
  async show(change: Partial<MemoryFilter>): Promise<void> {
    const filter = this.filter.value = { ...this.filter.value, ...change };
    this.ports.rename(address(filter));
    const run = ++this.#run;
    this.loading.value = true;
    await this.#try(async () => {
      const query = filter.query.trim();
      const answer = query === "" ? await this.#list(null) : await this.#search(query);
      if (run === this.#run) this.#put(answer);
    });
    if (run === this.#run) this.loading.value = false;
  }

  /** Reads the next page of the list. */
  async more(): Promise<void> {
    const cursor = this.nextCursor.value;
    if (!cursor || this.loading.value) return;
    const run = this.#run;
    this.loading.value = true;
    await this.#try(async () => {
      const page = await this.#list(cursor);
      if (run !== this.#run) return;
      batch(() => {
        this.rows.value = [...this.rows.value, ...listed(page.items)];
        this.nextCursor.value = page.nextCursor;
      });
    });
    this.loading.value = false;
  }

  /** Keeps a new fact. Returns whether it was taken. */
  async add(text: string): Promise<boolean> {
    const before = this.ports.clock.now();
    const memory = await this.#try(() => this.ports.api.post<Memory>("/api/memory", { text }));
    if (!memory) return false;
    // A duplicate comes back as the older row (CON-43).
    const fresh = Date.parse(memory.createdAt) >= before.getTime() - 60_000;
    batch(() => {
      const others = this.rows.value.filter((row) =>
        row.kind !== "fact" || row.memory.id !== memory.id
      );
      this.rows.value = [{ kind: "fact", memory, parts: [] }, ...others];
      this.chosen.value = memory;
      this.note.value = { words: fresh ? "added" : "duplicate" };
    });
    return true;
  }

  /** Changes the text of a memory. */
  async edit(memory: Memory, text: string): Promise<void> {
    const stored = await this.#try(() =>
      this.ports.api.patch<Memory>(`/api/memory/${memory.id}`, { text })
    );
    if (!stored) return;
    this.#replace(stored);
    this.note.value = { words: "saved" };
  }

  /** Pins or unpins at once; takes it back when the server refuses (UI-58). */
  async pin(memory: Memory): Promise<void> {
    const pinned = !memory.pinned;
    this.#replace({ ...memory, pinned });
    const path = `/api/memory/${memory.id}/${pinned ? "pin" : "unpin"}`;
    const stored = await this.#try(() => this.ports.api.post<Memory>(path));
    this.#replace(stored ?? memory);
  }

  /** Forgets at once, with undo instead of a question (UI-46). */
  async forget(memory: Memory): Promise<void> {
    const rows = this.rows.value;
    batch(() => {
      this.rows.value = rows.filter((row) => row.kind !== "fact" || row.memory.id !== memory.id);
      if (this.chosen.value?.id === memory.id) this.chosen.value = null;
    });
    const gone = await this.#try(() =>
      this.ports.api.delete<Forgotten>(`/api/memory/${memory.id}`)
    );
    if (!gone) {
      this.rows.value = rows;
      return;
    }
    const at = rows.findIndex((row) => row.kind === "fact" && row.memory.id === memory.id);
    this.note.value = { words: "forgot", undo: () => void this.#restore(memory, at) };
  }

  async #restore(memory: Memory, at: number): Promise<void> {
    const path = `/api/memory/${memory.id}/restore`;
    const stored = await this.#try(() => this.ports.api.post<Memory>(path));
    if (!stored) return;
    batch(() => {
      this.rows.value = this.rows.value.toSpliced(Math.max(0, at), 0, {
        kind: "fact",
        memory: stored,
        parts: [],
      });
      this.note.value = { words: "restored" };
    });
  }

  #list(cursor: string | null): Promise<Page<Memory>> {
    const query = listQuery(this.filter.value);
    if (cursor) query.set("cursor", cursor);
    return this.ports.api.get(`/api/memory?${query}`);
  }

  #search(query: string): Promise<SearchAnswer> {
    const { tier, type, pinned, includePast, asOf } = this.filter.value;
    const filters = {
      ...(tier ? { tier } : {}),
      ...(type ? { type } : {}),
      ...(pinned ? { pinned } : {}),
    };
    return this.ports.api.post("/api/memory/search", {
      query,
      limit: 30,
      ...(Object.keys(filters).length > 0 ? { filters } : {}),
      ...(includePast ? { includePast } : {}),
      ...(asOf ? { asOf: endOf(asOf) } : {}),
    });
  }

  #put(answer: Page<Memory> | SearchAnswer): void {
    const searched = "total" in answer;
    batch(() => {
      this.rows.value = searched ? found(answer) : listed(answer.items);
      this.nextCursor.value = searched ? null : answer.nextCursor;
      this.found.value = searched ? answer : null;
      this.chosen.value = null;
    });
  }

  #replace(memory: Memory): void {
    batch(() => {
      this.rows.value = this.rows.value.map((row) =>
        row.kind === "fact" && row.memory.id === memory.id ? { ...row, memory } : row
      );
      if (this.chosen.value?.id === memory.id) this.chosen.value = memory;
    });
  }

  async #try<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      this.problem.value = null;
      return await act();
    } catch (error) {
      this.problem.value = problemOf(error);
      return undefined;
    }
  }
}

/** Parameters of the list for a filter. */
export function listQuery(filter: MemoryFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.tier) query.set("tier", filter.tier);
  if (filter.type) query.set("type", filter.type);
  if (filter.pinned) query.set("pinned", "true");
  if (filter.includePast) query.set("includePast", "true");
  if (filter.trash) query.set("trash", "true");
  if (filter.asOf) query.set("asOf", endOf(filter.asOf));
  return query;
}

/** The last moment of a day. */
const endOf = (day: string) => `${day}T23:59:59.999Z`;

/** Address of the page for a filter. */
export function address(filter: MemoryFilter): string {
  const query = listQuery(filter);
  if (filter.asOf) query.set("asOf", filter.asOf);
  if (filter.query.trim() !== "") query.set("q", filter.query.trim());
  return query.size > 0 ? `/memory?${query}` : "/memory";
}

/** The filter an address asks for; what it does not know is left out. */
export function filterOf(query: URLSearchParams): MemoryFilter {
  const tier = query.get("tier");
  return {
    query: (query.get("q") ?? "").slice(0, 1_000),
    tier: tier === "itm" || tier === "ltm" ? tier : "",
    type: TYPES.find((type) => type === query.get("type")) ?? "",
    pinned: query.get("pinned") === "true",
    includePast: query.get("includePast") === "true",
    trash: query.get("trash") === "true",
    asOf: /^\d{4}-\d\d-\d\d$/.exec(query.get("asOf") ?? "")?.[0] ?? "",
  };
}

function listed(items: Memory[]): Row[] {
  return items.map((memory) => ({ kind: "fact", memory, parts: [] }));
}

function found(answer: SearchAnswer): Row[] {
  return answer.items;
}
