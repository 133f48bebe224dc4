/** Who is calling, rebuilt from stored state on each request. */
export interface Principal {
  userId: string;
  sessionId: string;
  /** What was shown: the browser's cookie, an access token, or a personal key. */
  kind: "web" | "api" | "key";
  email: string;
  displayName: string;
  role: "learner" | "moderator" | "admin";
  emailVerified: boolean;
  plan: "free_trial" | "basic" | "pro";
  effectivePlan: "free_trial" | "expired" | "basic" | "pro";
  trialEndsAt: Date;
  locale: string;
  timeZone: string;
  /** Whether anything is remembered or recalled, and whether former conversations are searched. */
  memory: { enabled: boolean; searchConversations: boolean };
}
