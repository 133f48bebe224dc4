/** Version of the tour. It goes up when a step is added. */
export const TOUR_VERSION = 1;

/** The steps of the tour in their order, each with the version that brought it (UI-35). */
export const STEPS = [
  { name: "welcome", since: 1 },
  { name: "chat", since: 1 },
  { name: "memory", since: 1 },
  { name: "principles", since: 1 },
  { name: "plan", since: 1 },
  { name: "companion", since: 1 },
  { name: "look", since: 1 },
] as const;
export type StepName = (typeof STEPS)[number]["name"];
export const STEP_NAMES = STEPS.map(({ name }) => name) as [StepName, ...StepName[]];

/** Tips that stand next to a control, once each (UI-36). */
export const TIPS = ["palette", "temporary", "receipt", "search", "pin"] as const;
export type TipName = (typeof TIPS)[number];

/** How far somebody came. */
export interface Progress {
  /** Version that was last begun; 0 before the first. */
  version: number;
  step: StepName;
  done: string[];
  tips: string[];
  startedAt: Date | null;
  skippedAt: Date | null;
  completedAt: Date | null;
}

/** The progress of somebody who has not begun. */
export const NOT_BEGUN: Progress = {
  version: 0,
  step: "welcome",
  done: [],
  tips: [],
  startedAt: null,
  skippedAt: null,
  completedAt: null,
};

/**
 * The steps that are shown: all of them, and to somebody who went through an older tour only those
 * that are new (UI-37). Pure.
 */
export function stepsOf(progress: Progress, steps: readonly Step[] = STEPS): Step[] {
  const ended = progress.completedAt ?? progress.skippedAt;
  const fresh = steps.filter(({ since }) => since > progress.version);
  return ended && progress.version > 0 && fresh.length > 0 ? fresh : [...steps];
}

/** A step with the version that brought it. */
export interface Step {
  readonly name: StepName;
  readonly since: number;
}

/** Whether there is something to show that was neither gone through nor put aside. Pure. */
export function isOpen(progress: Progress, version = TOUR_VERSION): boolean {
  if (progress.version < version) return true;
  return progress.completedAt === null && progress.skippedAt === null;
}

/** The step after or before one; null at the ends. Pure. */
export function besides(
  steps: readonly Step[],
  name: StepName,
  by: 1 | -1,
): StepName | null {
  const at = steps.findIndex((step) => step.name === name);
  return at === -1 ? null : steps[at + by]?.name ?? null;
}

/** What can be done with the tour. */
export type TourAct =
  | { act: "reach"; step: StepName }
  | { act: "next"; step: StepName }
  | { act: "skip" | "restart" }
  | { act: "tip"; tip: TipName };

/** The progress after an act. Pure; doing it twice is doing it once. */
export function after(progress: Progress, act: TourAct, now: Date): Progress {
  const begun: Progress = {
    ...progress,
    version: TOUR_VERSION,
    startedAt: progress.startedAt ?? now,
  };
  switch (act.act) {
    case "tip":
      return progress.tips.includes(act.tip)
        ? progress
        : { ...progress, tips: [...progress.tips, act.tip] };
    case "skip":
      return { ...begun, skippedAt: progress.skippedAt ?? now };
    case "restart":
      return {
        ...NOT_BEGUN,
        version: TOUR_VERSION,
        startedAt: now,
        tips: [],
        completedAt: null,
      };
    case "reach":
      return { ...begun, step: act.step, skippedAt: null };
    case "next": {
      const steps = stepsOf(progress);
      const next = besides(steps, act.step, 1);
      const done = progress.done.includes(act.step) ? progress.done : [...progress.done, act.step];
      return next
        ? { ...begun, done, step: next, skippedAt: null }
        : { ...begun, done, step: act.step, skippedAt: null, completedAt: now };
    }
  }
}
