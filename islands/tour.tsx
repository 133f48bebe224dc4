import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { systemClock } from "../lib/platform/clock.ts";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { Button, LinkButton, Spinner } from "../lib/ui/button.tsx";
import { explain } from "../lib/ui/explain.ts";
import type { Reader } from "../lib/ui/format.ts";
import { Icon } from "../lib/ui/icon.tsx";
import type { LiveTurn } from "../lib/ui/chat/turn.ts";
import { welcomeText } from "../lib/ui/text/welcome.ts";

/** Props of {@link Tour}. */
export interface TourProps {
  reader: Reader;
  /** Whether the step shows a sample answer. */
  sample: boolean;
}

/** What moves in the tour: Esc leaves it, and a sample answer can be sent and stopped. */
export default function Tour(props: TourProps) {
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("dialog:modal, :popover-open")) {
        location.assign("/dashboard");
      }
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, []);
  return props.sample
    ? (
      <IslandBoundary name="tour" fallback={null}>
        <Sample reader={props.reader} />
      </IslandBoundary>
    )
    : null;
}

function Sample({ reader }: { reader: Reader }) {
  const text = welcomeText(reader.locale);
  const live = useSignal<LiveTurn | null>(null);
  const phase = useSignal<"ready" | "busy" | "done" | "stopped">("ready");
  const failed = useSignal<string | null>(null);
  const cancel = useRef<() => void>(() => {});

  const send = async () => {
    phase.value = "busy";
    failed.value = null;
    live.value = null;
    // Loaded when it is wanted: most of it is what the chat uses.
    const [{ followTurn }, { newTurn }, { jsonHeaders }] = await Promise.all([
      import("../lib/ui/chat/follow.ts"),
      import("../lib/ui/chat/turn.ts"),
      import("../lib/ui/chat/api.ts"),
    ]);
    const clientMessageId = crypto.randomUUID();
    const get: typeof fetch = (input, init) => fetch(input, init);
    const follower = followTurn({
      start: (signal) =>
        get("/api/chat/messages", {
          method: "POST",
          headers: jsonHeaders(true, "text/event-stream"),
          body: JSON.stringify({ content: text.chatSample, clientMessageId, temporary: true }),
          signal,
        }),
      initial: newTurn(),
      fetch: get,
      clock: systemClock,
      onChange: (next) => live.value = next,
    });
    cancel.current = () => follower.cancel();
    const end = await follower.finished;
    if (end.kind === "problem") {
      failed.value = `${text.chatFailed} ${explain(end.problem, reader).title}.`;
      phase.value = "ready";
      return;
    }
    live.value = end.live;
    phase.value = end.live.done?.status === "stopped" ? "stopped" : "done";
  };
  const stop = () => {
    const turnId = live.value?.turn?.turnId;
    if (turnId) {
      void fetch(`/api/chat/turns/${turnId}/stop`, { method: "POST" }).catch(cancel.current);
    } else cancel.current();
  };

  const turn = live.value?.turn;
  return (
    <div class="stack stack-16 tour-sample">
      <p class="said-text">{text.chatSample}</p>
      {live.value && live.value.text !== ""
        ? (
          <div class="prose prewrap" aria-busy={phase.value === "busy" ? "true" : undefined}>
            {live.value.text}
          </div>
        )
        : phase.value === "busy"
        ? (
          <p class="row quiet">
            <Spinner />
            {text.chatWriting}
          </p>
        )
        : null}
      <div class="row">
        {phase.value === "busy"
          ? <Button icon="stop" onClick={stop}>{text.chatStop}</Button>
          : (
            <Button icon="send" onClick={send}>
              {phase.value === "ready" ? text.chatSend : text.chatAgain}
            </Button>
          )}
        {turn && phase.value !== "busy"
          ? (
            <LinkButton kind="ghost" href={`/chat/${turn.sessionId}`}>
              {text.chatReceipt}
            </LinkButton>
          )
          : null}
      </div>
      <p class="small quiet" role="status">
        {failed.value ??
          (phase.value === "done"
            ? text.chatDone
            : phase.value === "stopped"
            ? text.chatStopped
            : null)}
      </p>
      <p class="tiny quiet row row-4">
        <Icon name="clock" size={16} /> {text.chatTemporary}
      </p>
    </div>
  );
}
