import type { chatText } from "./text/chat.ts";

/** What keys do, with the keys: their names, parted by spaces, pressed together. */
export type KeyRow = readonly [act: string, keys: string];

/** Keys that act wherever one is in the chat. */
export function chatKeys(text: ReturnType<typeof chatText>): KeyRow[] {
  return [
    [text.shortcutStop, "Esc"],
    [text.shortcutFocus, "/"],
    [text.shortcutEdit, "↑"],
    [text.shortcutNew, "Ctrl Shift O"],
    [text.shortcutCopy, "Ctrl Shift C"],
    [text.shortcutCopyCode, "Ctrl Shift ;"],
    [text.shortcutPalette, "Ctrl K"],
  ];
}

/** Acts with their keys, one below the other. */
export function KeyList({ rows }: { rows: readonly KeyRow[] }) {
  return (
    <dl class="kv">
      {rows.map(([act, keys]) => (
        <div class="pair" key={act}>
          <dt>{act}</dt>
          <dd class="row row-4">{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dd>
        </div>
      ))}
    </dl>
  );
}
