import { Button } from "@/lib/ui/button.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import type { PaymentEventView } from "@/lib/ui/contract.ts";
import { formatMoment, type Reader } from "@/lib/ui/format.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { Table } from "@/lib/ui/table.tsx";
import { adminText } from "@/lib/ui/text/admin.ts";
import type { Tone } from "@/lib/ui/tokens.ts";

const TONES: Record<string, Tone> = { done: "green", parked: "amber", dead: "red" };

/** Events of the provider as a table, each with the act that runs it again. */
export function PaymentEvents(
  { events, reader, label }: { events: readonly PaymentEventView[]; reader: Reader; label: string },
) {
  const text: Record<string, string> = adminText(reader.locale);
  return (
    <Table
      stacks
      label={say(text.tableOf!, { title: label })}
      columns={[
        { label: text.type! },
        { label: text.filter! },
        { label: text.at!, kind: "fixed" },
        { label: text.attempts!, kind: "number" },
        { label: text.act! },
      ]}
      rows={events.map((event) => [
        <span key="type" class="stack stack-4">
          <span>{event.type}</span>
          <code class="tiny quiet">{event.id}</code>
          {event.lastError ? <span class="small t-amber">{event.lastError}</span> : null}
        </span>,
        <Chip key="status" tone={TONES[event.status] ?? "neutral"}>
          {text[event.status] ?? event.status}
        </Chip>,
        formatMoment(event.receivedAt, reader),
        String(event.attempts),
        <PostForm key="act" action="/admin/billing">
          <input type="hidden" name="event" value={event.id} />
          <Button size="sm" type="submit" aria-label={`${text.replay} ${event.id}`}>
            {text.replay}
          </Button>
        </PostForm>,
      ])}
    />
  );
}
