import type { Clock } from "@/lib/platform/clock.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { after, type Progress, stepsOf, TOUR_VERSION, type TourAct } from "./rules.ts";
import type { OnboardingView } from "./schema.ts";
import * as store from "./store.ts";

/** The first steps of people. */
export type Onboarding = ReturnType<typeof createOnboarding>;

/** The room of first steps: how far each came is on the account, so that any device goes on. */
export function createOnboarding(options: { db: Database; clock: Clock; metrics: Metrics }) {
  const { db, clock } = options;
  const counted = options.metrics.counter("onboarding_total", "Steps of the first tour", [
    "event",
    "step",
  ]);

  function count(act: TourAct, former: Progress, next: Progress): void {
    if (former.startedAt === null && act.act !== "tip") {
      counted.add(1, { event: "started", step: "" });
    }
    if (act.act === "reach" || act.act === "next") {
      counted.add(1, { event: "reached", step: next.step });
    }
    if (act.act === "skip") counted.add(1, { event: "skipped", step: former.step });
    if (next.completedAt && !former.completedAt) counted.add(1, { event: "completed", step: "" });
  }

  return {
    /** How far somebody came. */
    progress: (userId: string): Promise<Progress> =>
      db.asUser(userId, (tx) => store.readProgress(tx, userId)),

    /** Takes a step of the tour, or puts a tip away. Doing it twice is doing it once. */
    async act(userId: string, act: TourAct): Promise<Progress> {
      const at = clock.now();
      const [former, next] = await db.asUser(userId, async (tx) => {
        const former = await store.readProgress(tx, userId, { lock: true });
        const next = after(former, act, at);
        if (next !== former) await store.writeProgress(tx, userId, { progress: next, at });
        return [former, next] as const;
      });
      count(act, former, next);
      return next;
    },
  };
}

/** Progress as clients see it. */
export function onboardingView(progress: Progress): OnboardingView {
  return {
    version: progress.version,
    currentVersion: TOUR_VERSION,
    step: progress.step,
    steps: stepsOf(progress).map(({ name }) => name),
    done: progress.done,
    tips: progress.tips,
    startedAt: progress.startedAt?.toISOString() ?? null,
    skippedAt: progress.skippedAt?.toISOString() ?? null,
    completedAt: progress.completedAt?.toISOString() ?? null,
  };
}
