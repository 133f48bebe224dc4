import { errorFields } from "@/lib/platform/log.ts";
import type { ChatContext } from "./context.ts";
import { LEASE_MS } from "./turn_start.ts";
import { type RunningTurn, StopRequested } from "./turn_state.ts";
import * as store from "./store.ts";
import * as turns from "./turn_store.ts";

const HEARTBEAT_MS = 10_000;
const TICK_MS = 250;
const SAVE_MS = 2_000;
const SAVE_TOKENS = 200;

/**
 * Keeps a running turn alive: renews its lease and its hold every ten seconds, and saves the text
 * so far every two seconds or 200 tokens, so that a crash loses little. The returned function
 * ends it and waits for a save under way, so that none comes after the turn's end.
 */
export function keepAlive(context: ChatContext, turn: RunningTurn): () => Promise<void> {
  const { clock, db } = context;
  const userId = turn.principal.userId;
  let ended = false;
  let saved = { text: "", tokens: 0, at: clock.monotonic() };
  let saving: Promise<unknown> = Promise.resolve();
  let cancelBeat = clock.after(HEARTBEAT_MS, beat);
  let cancelTick = clock.after(TICK_MS, tick);

  async function beat() {
    try {
      const until = new Date(clock.now().getTime() + LEASE_MS);
      const lease = await db.asUser(userId, async (tx) => {
        await context.usage.extend(tx, turn.reservation.id);
        const waits = turn.log.place !== null;
        return await turns.heartbeat(tx, turn.id, { owner: context.processId, until, waits });
      });
      if (!lease.alive && !ended) turn.abort.abort(new StopRequested("lost_lease"));
      else if (lease.stopRequested) turn.abort.abort(new StopRequested("user"));
    } catch (error) {
      context.log.warn("turn.heartbeat", "A turn could not renew its lease", {
        turnId: turn.id,
        ...errorFields(error),
      });
    }
    if (!ended) cancelBeat = clock.after(HEARTBEAT_MS, beat);
  }

  function tick() {
    const late = clock.monotonic() - saved.at >= SAVE_MS;
    const many = turn.completionTokens - saved.tokens >= SAVE_TOKENS;
    if ((late || many) && turn.text !== saved.text) {
      saved = { text: turn.text, tokens: turn.completionTokens, at: clock.monotonic() };
      const { text } = saved;
      saving = saving.then(() =>
        db.asUser(userId, (tx) => store.savePartial(tx, turn.assistantMessageId, text))
      ).catch((error) => {
        // The next save, or the end of the turn, brings it.
        context.log.warn("turn.save", "The text so far was not saved", errorFields(error));
      });
    }
    if (!ended) cancelTick = clock.after(TICK_MS, tick);
  }

  return async () => {
    ended = true;
    cancelBeat();
    cancelTick();
    await saving;
  };
}
