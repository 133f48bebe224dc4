import type { Clock } from "@/lib/platform/clock.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { Kv } from "@/lib/platform/kv.ts";
import type { Log } from "@/lib/platform/log.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import type { Outbox } from "@/lib/platform/outbox.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import type { Memory } from "@/lib/memory/mod.ts";
import type { ModelHost } from "@/lib/model/mod.ts";
import type { Policy } from "@/lib/policy/mod.ts";
import type { Usage } from "@/lib/usage/mod.ts";
import type { Ingredients } from "./compose.ts";
import type { StartedTurn } from "./turn_state.ts";
import type { TurnLogs } from "./turn_log.ts";

/** What the room of conversations is given. */
export interface ChatDependencies {
  db: Database;
  kv: Kv;
  clock: Clock;
  ids: IdSource;
  log: Log;
  metrics: Metrics;
  outbox: Outbox;
  model: ModelHost;
  policy: Policy;
  memory: Memory;
  usage: Usage;
  /** Whether the stand-in answers, which follows no instruction of care. */
  practiceModel: boolean;
  /** Signs cursors. */
  cursorKey: PurposeKey;
}

/** The dependencies, and what this room's files share. */
export interface ChatContext extends ChatDependencies {
  /** Names this process as the holder of a turn's lease. */
  processId: string;
  logs: TurnLogs;
  /** Tokens of a model's window. */
  modelWindow: (model: string) => Promise<number>;
  /** The parts of a turn's prompt but for what is recalled and the history. */
  ingredients: (
    turn: StartedTurn,
    careInstruction: string | null,
  ) => Omit<Ingredients, "recalled" | "history">;
}
