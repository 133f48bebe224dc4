import { type Clock, sleep } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import type { Fault } from "./faults.ts";

/** An answer as it is to be sent: its pieces and how a line is made of each. */
export interface PlannedAnswer {
  pieces: readonly string[];
  /** The line for one piece. */
  line(piece: string): unknown;
  /** The last line. */
  last(): unknown;
}

/** How an answer is sent. */
export interface SendOptions {
  clock: Clock;
  log: Log;
  /** 0 sends at once. */
  tokensPerSecond: number;
  fault: Fault | null;
  /** Ends every answer under way when the server closes. */
  closing: AbortSignal;
}

const encoder = new TextEncoder();
/** A line that ends in the middle of a character: the first byte of two of an ø. */
const HALF_LINE = new Uint8Array([
  ...encoder.encode('{"message":{"role":"assistant","content":"Troms'),
  0xc3,
]);

/**
 * The answer as newline-delimited JSON, one line per piece at the given pace. When the client goes
 * away, the work ends and `standin.disconnected` is logged.
 */
export function answerStream(
  answer: PlannedAnswer,
  options: SendOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { clock, log, fault, closing, tokensPerSecond } = options;
  const gone = new AbortController();
  const stopped = AbortSignal.any([gone.signal, closing]);
  const interval = tokensPerSecond === 0 ? 0 : 1_000 / tokensPerSecond;
  const started = clock.monotonic();
  const line = (value: unknown) => encoder.encode(JSON.stringify(value) + "\n");
  let sent = 0;

  return new ReadableStream({
    async pull(controller) {
      const due = started + sent * interval - clock.monotonic();
      if (due > 0) await sleep(clock, due, stopped);
      if (fault && sent >= (fault.after ?? 0) && await strike(fault, controller)) return;
      const piece = answer.pieces[sent++];
      if (piece !== undefined) return controller.enqueue(line(answer.line(piece)));
      controller.enqueue(line(answer.last()));
      controller.close();
    },
    cancel() {
      gone.abort();
      log.info("standin.disconnected", "A client went away before its answer ended", { sent });
    },
  }, { highWaterMark: 0 });

  /** Lets the fault happen; true when nothing more is to be sent in this step. */
  async function strike(
    fault: Fault,
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ): Promise<boolean> {
    switch (fault.kind) {
      case "stall":
        await new Promise((_, reject) => {
          stopped.addEventListener("abort", () => reject(stopped.reason), { once: true });
        });
        return true;
      case "cut":
        if (sent === (fault.after ?? 0)) {
          sent++;
          controller.enqueue(HALF_LINE);
        } else controller.error(new Error("Scripted cut"));
        return true;
      case "garbage":
        controller.enqueue(encoder.encode("<html>this is no JSON</html>\n"));
        controller.close();
        return true;
      case "error":
        controller.enqueue(line({ error: "scripted fault" }));
        controller.close();
        return true;
      default:
        return false;
    }
  }
}
