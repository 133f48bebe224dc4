import { errorFields } from "@/lib/platform/log.ts";
import type { ChatContext } from "./context.ts";
import * as turns from "./turn_store.ts";

/** How often a process looks for stops that others asked for, in milliseconds. */
const LOOK_MS = 250;

/** Looking for stops. */
export interface StopWatch {
  /** Says that a turn runs here now. */
  begin(): void;
  /** Says that one ended here; after the last one nothing is looked for. */
  rest(): void;
}

/**
 * Looks for turns of this process whose stop came in at another one. A stop closes the connection
 * to the model within half a second (CHT-47), which the heartbeat of ten seconds could not; that
 * stays the way when looking fails. It is one query for all turns of the process, on the key, and
 * none while no turn runs. A channel of notifications would need a connection that no pooler in
 * front of the database may share, and would be silent when that is lost.
 */
export function watchStops(
  context: Pick<ChatContext, "db" | "clock" | "log">,
  running: { ids(): string[]; stop(id: string): void },
): StopWatch {
  let cancel: (() => void) | null = null;
  let looking = false;
  let failing = false;

  async function look(): Promise<void> {
    cancel = null;
    looking = true;
    try {
      const asked = await context.db.asSystem(
        "chat: stops asked for elsewhere",
        (tx) => turns.stopsAmong(tx, running.ids()),
      );
      failing = false;
      for (const id of asked) running.stop(id);
    } catch (error) {
      if (!failing) {
        context.log.warn(
          "turn.watch",
          "Stops of other processes were not seen",
          errorFields(error),
        );
      }
      failing = true;
    }
    looking = false;
    if (running.ids().length > 0) begin();
  }

  function begin(): void {
    if (!looking) cancel ??= context.clock.after(LOOK_MS, look);
  }

  return {
    begin,
    rest() {
      if (running.ids().length > 0) return;
      cancel?.();
      cancel = null;
    },
  };
}
