/** The first steps of a person: the tour and the tips beside controls. */
export { onboardingApi } from "./api.ts";
export {
  besides,
  isOpen,
  type Progress,
  STEP_NAMES,
  type StepName,
  stepsOf,
  type TipName,
  TIPS,
  type TourAct,
} from "./rules.ts";
export { onboardingActSchema, type OnboardingView } from "./schema.ts";
export { createOnboarding, type Onboarding, onboardingView } from "./service.ts";
