import { Button } from "../button.tsx";
import { Dialog } from "../overlay.tsx";
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

/** The sheet of keyboard shortcuts. */
export function Shortcuts({ dialogRef }: { dialogRef: { current: HTMLDialogElement | null } }) {
  const { text } = useChat();
  const rows = [
    [text.shortcutSend, "Enter"],
    [text.shortcutBreak, "Shift Enter"],
    [text.shortcutStop, "Esc"],
    [text.shortcutFocus, "/"],
    [text.shortcutEdit, "↑"],
    [text.shortcutNew, "Ctrl Shift O"],
    [text.shortcutHelp, "?"],
  ] as const;
  return (
    <Dialog
      id="shortcuts"
      title={text.shortcuts}
      dialogRef={dialogRef}
      actions={<Button onClick={() => dialogRef.current?.close()}>{text.close}</Button>}
    >
      <dl class="kv">
        {rows.map(([name, keys]) => (
          <div class="pair" key={name}>
            <dt>{name}</dt>
            <dd class="row row-4">{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
