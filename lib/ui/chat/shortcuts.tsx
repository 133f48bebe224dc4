import { useEffect, useRef } from "preact/hooks";
import { Button } from "../button.tsx";
import { Dialog } from "../overlay.tsx";
import { useChat } from "./context.ts";

/** The sheet of keyboard shortcuts. */
export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const { store, text } = useChat();
  const { enterSends } = store.data;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const rows = [
    [text.shortcutSend, enterSends ? "Enter" : "Ctrl Enter"],
    [text.shortcutBreak, enterSends ? "Shift Enter" : "Enter"],
    [text.shortcutStop, "Esc"],
    [text.shortcutFocus, "/"],
    [text.shortcutEdit, "↑"],
    [text.shortcutNew, "Ctrl Shift O"],
    [text.shortcutCopy, "Ctrl Shift C"],
    [text.shortcutCopyCode, "Ctrl Shift ;"],
    [text.shortcutPalette, "Ctrl K"],
    [text.shortcutHelp, "?"],
  ] as const;
  return (
    <Dialog
      id="shortcuts"
      title={text.shortcuts}
      dialogRef={dialog}
      onClose={onClose}
      actions={<Button onClick={() => dialog.current?.close()}>{text.close}</Button>}
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
