import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { Button } from "../lib/ui/button.tsx";

/** Props of {@link Tip}. */
export interface TipProps {
  /** Tips that may be shown here, the first whose control is there is. */
  tips: { name: string; text: string; anchor: string }[];
  label: string;
  done: string;
}

/** The page is looked at for so long before a tip appears. */
const SETTLE_MS = 3_000;
/** Nobody is told anything while they write, nor for so long afterwards (UI-36). */
const TYPING_MS = 30_000;

/** One tip next to its control, once, until it is put away. */
export default function Tip(props: TipProps) {
  return (
    <IslandBoundary name="tip" fallback={null}>
      <Shown {...props} />
    </IslandBoundary>
  );
}

function Shown({ tips, label, done }: TipProps) {
  const shown = useSignal<TipProps["tips"][number] | null>(null);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(look, ms);
    };
    const look = () => {
      if (document.hidden || document.querySelector("dialog[open], :popover-open")) {
        return wait(SETTLE_MS);
      }
      shown.value = tips.find(({ anchor }) => visible(document.querySelector(anchor))) ?? null;
      if (shown.value === null) wait(TYPING_MS);
    };
    const typed = () => shown.value === null && wait(TYPING_MS);
    wait(SETTLE_MS);
    addEventListener("input", typed);
    return () => {
      clearTimeout(timer);
      removeEventListener("input", typed);
    };
  }, []);

  const tip = shown.value;
  useEffect(() => {
    const anchor = tip && document.querySelector(tip.anchor);
    const note = box.current;
    if (!anchor || !note) return;
    const place = () => beside(note, anchor.getBoundingClientRect());
    place();
    addEventListener("resize", place);
    addEventListener("scroll", place, true);
    return () => {
      removeEventListener("resize", place);
      removeEventListener("scroll", place, true);
    };
  }, [tip]);

  if (!tip) return null;
  const putAway = () => {
    shown.value = null;
    fetch("/api/account/onboarding", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ act: "tip", tip: tip.name }),
      keepalive: true,
    }).catch(() => {});
  };
  return (
    <div
      class="tip"
      role="status"
      aria-label={label}
      ref={box}
      onKeyDown={(event) => event.key === "Escape" && putAway()}
    >
      <p>{tip.text}</p>
      <Button size="sm" onClick={putAway}>{done}</Button>
    </div>
  );
}

function visible(element: Element | null): boolean {
  const box = element?.getBoundingClientRect();
  return box !== undefined && box.width > 0 && box.top >= 0 && box.bottom <= innerHeight;
}

/** Below the control where there is room, else above it; never over the edge of the window. */
function beside(note: HTMLElement, anchor: DOMRect): void {
  const { width, height } = note.getBoundingClientRect();
  const gap = 8;
  const below = anchor.bottom + gap + height <= innerHeight - gap;
  const left = Math.min(Math.max(gap, anchor.right - width), innerWidth - width - gap);
  note.style.top = `${below ? anchor.bottom + gap : Math.max(gap, anchor.top - gap - height)}px`;
  note.style.left = `${Math.max(gap, left)}px`;
}
