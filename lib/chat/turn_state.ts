import type { PolicyDecision } from "@/lib/policy/mod.ts";
import type { Reservation } from "@/lib/usage/mod.ts";
import type { Recall } from "@/lib/memory/mod.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import type { Problem } from "@/lib/platform/problem.ts";
import type { Prompt } from "./compose.ts";
import type { TurnLog } from "./turn_log.ts";
import type { MemoryMode, MessageStatus } from "./schema.ts";
import type { MessageRow } from "./store.ts";

/** What to start a turn with. */
export interface TurnRequest {
  principal: Principal;
  kind: "send" | "edit" | "regenerate" | "continue";
  /** Absent for the first message of a new conversation. */
  sessionId?: string;
  /** The message as typed; null where a stored question is answered again. */
  content: string | null;
  /** The answer to go under (send), the message to edit, or the answer to do again. */
  targetId?: string | null;
  clientMessageId: string | null;
  model?: string;
  temporary?: boolean;
  memoryMode?: MemoryMode;
  remember: boolean;
}

/** A former message of the path, as far as a prompt and recall need it. */
export type PathMessage = Pick<
  MessageRow,
  "id" | "sessionId" | "role" | "content" | "remember" | "createdAt"
>;

/** A turn that has its rows and its hold, and has not run yet. */
export interface StartedTurn {
  id: string;
  principal: Principal;
  kind: TurnRequest["kind"];
  clientMessageId: string | null;
  sessionId: string;
  /** Whether the conversation began with this turn. */
  opensConversation: boolean;
  title: string | null;
  userMessage: { id: string; content: string; remember: boolean };
  assistantMessageId: string;
  model: string;
  memoryMode: MemoryMode;
  temporary: boolean;
  /** The path above the question, oldest first. */
  history: PathMessage[];
  /** Text of the answer that is continued. */
  unfinished: string | null;
  reservation: Reservation;
  /** Largest number of prompt tokens. */
  promptBudget: number;
  startedAt: Date;
  startedMonotonic: number;
  log: TurnLog;
  abort: AbortController;
  /** Stages in the order they ran. */
  stages: string[];
}

/** A turn while it runs: each stage adds what it found. */
export interface RunningTurn extends StartedTurn {
  pre: PolicyDecision | null;
  recall: Recall | null;
  prompt: Prompt | null;
  /** Text that has been released to the client. */
  text: string;
  ttftMs: number | null;
  promptTokens: number;
  completionTokens: number;
  measured: boolean;
  post: PolicyDecision | null;
  status: Exclude<MessageStatus, "streaming">;
  finishReason: MessageRow["finishReason"];
  /** Why there is no whole answer. */
  problem: Problem | null;
  /** Whether the model was called and answered something. */
  metered: boolean;
}

/** Why the run of a turn was ended from outside. */
export class StopRequested extends Error {
  override readonly name = "StopRequested";
  constructor(readonly by: "user" | "shutdown" | "lost_lease") {
    super(`The turn was stopped: ${by}`);
  }
}
