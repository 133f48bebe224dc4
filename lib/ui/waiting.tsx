import { useEffect, useState } from "preact/hooks";
import { type Clock, systemClock } from "../platform/clock.ts";
import { Button } from "./button.tsx";
import { Skeleton, type SkeletonWidth } from "./notice.tsx";

/** When a wait shows itself, says what is awaited, and can be given up (UI-55). */
export const WAITING_MS = { shown: 100, told: 3_000, cancellable: 10_000 } as const;

/** Props of {@link Waiting}. */
export interface WaitingProps {
  /** Placeholder of what comes, line by line. */
  lines: readonly SkeletonWidth[];
  /** What is awaited, in words. */
  text: string;
  /** Gives the wait up; without it there is nothing to press. */
  onCancel?: () => void;
  cancel?: string;
  clock?: Clock;
  /** How far it has gone when it is first shown; for looking at it. */
  stage?: 0 | 1 | 2 | 3;
}

/** How far a wait has gone after `ms` milliseconds. Pure. */
export function waitingStage(ms: number): 0 | 1 | 2 | 3 {
  if (ms < WAITING_MS.shown) return 0;
  if (ms < WAITING_MS.told) return 1;
  return ms < WAITING_MS.cancellable ? 2 : 3;
}

/** Stands in the place of what is being loaded: first lines, then words, then a way out. */
export function Waiting(
  { lines, text, onCancel, cancel, clock = systemClock, stage: first = 0 }: WaitingProps,
) {
  const [stage, reach] = useState<0 | 1 | 2 | 3>(first);
  useEffect(() => {
    const stops = Object.values(WAITING_MS).map((ms) =>
      clock.after(ms, () => reach(waitingStage(ms)))
    );
    return () => stops.forEach((stop) => stop());
  }, []);
  return (
    <div class="stack stack-12 waiting" aria-busy="true">
      {stage === 0 ? null : <Skeleton lines={lines} />}
      <p class="small quiet" role="status">{stage >= 2 ? text : null}</p>
      {stage === 3 && onCancel && cancel
        ? (
          <div class="row">
            <Button size="sm" onClick={onCancel}>{cancel}</Button>
          </div>
        )
        : null}
    </div>
  );
}
