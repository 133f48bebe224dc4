import { useEffect, useRef } from "preact/hooks";
import { Button } from "../button.tsx";
import { chatKeys, KeyList, type KeyRow } from "../key_list.tsx";
import { Dialog } from "../overlay.tsx";
import { useChat } from "./context.ts";

/** The sheet of keyboard shortcuts. */
export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const { store, text } = useChat();
  const { enterSends } = store.data;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const rows: KeyRow[] = [
    [text.shortcutSend, enterSends ? "Enter" : "Ctrl Enter"],
    [text.shortcutBreak, enterSends ? "Shift Enter" : "Enter"],
    ...chatKeys(text),
    [text.shortcutHelp, "?"],
  ];
  return (
    <Dialog
      id="shortcuts"
      title={text.shortcuts}
      dialogRef={dialog}
      onClose={onClose}
      actions={<Button onClick={() => dialog.current?.close()}>{text.close}</Button>}
    >
      <KeyList rows={rows} />
    </Dialog>
  );
}
