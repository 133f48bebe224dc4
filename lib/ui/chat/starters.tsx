import { Button } from "../button.tsx";
import { useChat } from "./context.ts";

/** What stands in a conversation without a message: what this is, and three ways to begin. */
export function Starters() {
  const { store, text } = useChat();
  const begin = (words: string) => {
    store.draft.value = words;
    document.getElementById("draft")?.focus();
  };
  return (
    <div class="column">
      <div class="stack">
        <h2>{text.emptyTitle}</h2>
        <p class="lead">{text.emptyLead}</p>
      </div>
      <div class="starters">
        {[text.starter1, text.starter2, text.starter3].map((words) => (
          <Button
            key={words}
            onClick={() => begin(words)}
          >
            {words}
          </Button>
        ))}
      </div>
    </div>
  );
}
