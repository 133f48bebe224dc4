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
  /** Numbers of the plan in force with what was set for this person; null means unlimited. */
  limits?: {
    tokensPerDay: number | null;
    messagesPerDay: number | null;
    storageBytes: number | null;
    agentMinutesPerMonth: number | null;
    apiRequestsPerMinute: number | null;
    chatTurnsPerMinute: number | null;
    answerTokens: number | null;
    promptTokens: number | null;
    concurrentStreams: number | null;
  };
  locale: string;
  timeZone: string;
  /** Whether anything is remembered or recalled, and whether former conversations are searched. */
  memory: { enabled: boolean; searchConversations: boolean };
}
