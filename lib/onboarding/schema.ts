import { z } from "zod";
import { STEP_NAMES, TIPS } from "./rules.ts";

/** Answer of `GET` and `PUT /api/account/onboarding`. */
export const onboardingSchema = z.strictObject({
  /** Version that was last begun; 0 before the first. */
  version: z.number().int(),
  currentVersion: z.number().int(),
  /** The step that is shown next, and all that are shown, in order. */
  step: z.enum(STEP_NAMES),
  steps: z.array(z.enum(STEP_NAMES)),
  done: z.array(z.string()),
  /** Tips that were put away. */
  tips: z.array(z.string()),
  startedAt: z.string().nullable(),
  skippedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
});
export type OnboardingView = z.infer<typeof onboardingSchema>;

/** Body of `PUT /api/account/onboarding`: one act. */
export const onboardingActSchema = z.discriminatedUnion("act", [
  z.strictObject({ act: z.literal("reach"), step: z.enum(STEP_NAMES) }),
  z.strictObject({ act: z.literal("next"), step: z.enum(STEP_NAMES) }),
  z.strictObject({ act: z.literal("skip") }),
  z.strictObject({ act: z.literal("restart") }),
  z.strictObject({ act: z.literal("tip"), tip: z.enum(TIPS) }),
]);
