import type { Memory, Message, Page } from "../contract.ts";
import type { Api } from "./api.ts";
import { useChat } from "./context.ts";

/** When it is looked up after a turn what was kept of it, in milliseconds; extraction is a job. */
export const LOOK_AFTER_MS: readonly number[] = [1_000, 4_000];

/** What was kept of a message, newest first; empty when nothing was, or when it cannot be told. */
export async function factsFrom(api: Api, messageId: string): Promise<Memory[]> {
  try {
    const page = await api.get<Page<Memory>>("/api/memory?limit=5");
    return page.items.filter((fact) => fact.sourceMessageIds.includes(messageId));
  } catch {
    return []; // a courtesy; the memory page shows everything
  }
}

/** A quiet line under a message of one's own: what was kept of it, and a way to take it back. */
export function Remembered({ message }: { message: Message }) {
  const { store, text } = useChat();
  const facts = store.remembered.value.get(message.id) ?? [];
  if (facts.length === 0) return null;
  return (
    <ul class="stack stack-4 small quiet">
      {facts.map((fact) => (
        <li key={fact.id} class="row row-4">
          <span>{`${text.remembered} ${fact.text}`}</span>
          <button
            class="link"
            type="button"
            aria-label={`${text.undoRemembered}: ${fact.text}`}
            onClick={() => store.forget(message.id, fact)}
          >
            {text.undoRemembered}
          </button>
        </li>
      ))}
    </ul>
  );
}
