import { useEffect, useState } from "preact/hooks";
import { type Clock, systemClock } from "../platform/clock.ts";
import { Toast, type ToastProps } from "./notice.tsx";

/** A toast stays at least so long (UI-45). */
export const TOAST_MS = 6_000;

/** Props of {@link TimedToast}. */
export interface TimedToastProps extends ToastProps {
  onDismiss: () => void;
  /** How long it stays, at least {@link TOAST_MS}. */
  lasts?: number;
  clock?: Clock;
}

/** A toast that leaves by itself, and waits while it is pointed at or has the focus (UI-45). */
export function TimedToast({ lasts = TOAST_MS, clock = systemClock, ...toast }: TimedToastProps) {
  const [held, hold] = useState(false);
  useEffect(() => {
    if (held) return;
    return clock.after(Math.max(TOAST_MS, lasts), toast.onDismiss);
  }, [held]);
  return (
    <div
      class="toast-box"
      onMouseEnter={() => hold(true)}
      onMouseLeave={() => hold(false)}
      onFocusIn={() => hold(true)}
      onFocusOut={() => hold(false)}
    >
      <Toast {...toast} />
    </div>
  );
}
