import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
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
  const open = useSignal(false);
  const Palette = useLazy(open.value, loadPalette);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const wanted = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) &&
        !event.shiftKey && !event.altKey;
      if (!wanted) return;
      event.preventDefault();
      if (!document.querySelector("dialog:modal")) open.value = true;
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
        onClick={() => open.value = true}
      >
        <Icon name="search" />
      </button>
      {Palette
        ? <Palette commands={commands} locale={locale} onClose={() => open.value = false} />
        : null}
    </IslandBoundary>
  );
}
