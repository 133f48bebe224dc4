import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { Icon } from "../lib/ui/icon.tsx";
import { useLazy } from "../lib/ui/lazy.tsx";
import type { Command } from "../lib/ui/palette/commands.ts";

const loadPalette = () => import("../lib/ui/palette/palette.tsx");

/** Props of {@link PaletteKey}. */
export interface PaletteKeyProps {
  commands: Command[];
  locale: string;
  /** What the button is called. */
  label: string;
}

/** The button and the keys that open the command palette, which is loaded when it is wanted. */
export default function PaletteKey({ commands, locale, label }: PaletteKeyProps) {
  // The number of the opening that is shown, 0 for none: the browser tells late that a dialog was
  // closed, and by then it may have been asked for again.
  const open = useSignal(0);
  const openings = useRef(0);
  const Palette = useLazy(open.value > 0, loadPalette);
  const show = () => open.value = ++openings.current;
  const current = open.value;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const wanted = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) &&
        !event.shiftKey && !event.altKey;
      if (!wanted) return;
      event.preventDefault();
      if (!document.querySelector("dialog:modal")) show();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return (
    <IslandBoundary name="palette" fallback={null}>
      <button
        class="btn btn-ghost btn-icon"
        type="button"
        aria-label={label}
        aria-keyshortcuts="Control+K Meta+K"
        title={`${label} (Ctrl K)`}
        onClick={show}
      >
        <Icon name="search" />
      </button>
      {Palette
        ? (
          <Palette
            key={current}
            commands={commands}
            locale={locale}
            onClose={() => {
              if (open.value === current) open.value = 0;
            }}
          />
        )
        : null}
    </IslandBoundary>
  );
}
