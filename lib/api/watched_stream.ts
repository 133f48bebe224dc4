import type { Clock } from "@/lib/platform/clock.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";

/** How often it is looked whether the person may still read; an end takes effect within 5 s. */
const LOOK_MS = 2_000;

/** Whether an answer is a stream of events. */
export function isStream(response: Response): boolean {
  return response.body !== null &&
    (response.headers.get("content-type") ?? "").startsWith("text/event-stream");
}

/**
 * The same answer, which ends when its reader is signed out, suspended or gone (ACC-85). A look
 * that fails ends nothing: the database being away is no reason to cut answers short.
 */
export function watched(
  response: Response,
  principal: Principal,
  options: { clock: Clock; accounts: { mayGoOn(principal: Principal): Promise<boolean> } },
): Response {
  const reader = response.body!.getReader();
  let cancelLook = () => {};
  let over = false;
  const end = () => {
    over = true;
    cancelLook();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const look = () => {
        cancelLook = options.clock.after(LOOK_MS, async () => {
          const mayGoOn = await options.accounts.mayGoOn(principal).catch(() => true);
          if (over) return;
          if (mayGoOn) return look();
          end();
          await reader.cancel("ended").catch(() => {});
          controller.close();
        });
      };
      look();
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (over) return;
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    cancel(reason) {
      end();
      return reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
