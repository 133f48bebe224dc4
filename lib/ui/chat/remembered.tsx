import { useState } from "preact/hooks";
import { Button } from "../button.tsx";
import { Chip } from "../chip.tsx";
import type { Message, Proposal } from "../contract.ts";
import { formatDay } from "../format.ts";
import { say } from "../say.ts";
import { useChat } from "./context.ts";

/**
 * Quiet lines under a message of one's own: what was kept of it and what that replaced, each with
 * a way to take it back, and what waits to be decided about.
 */
export default function Remembered({ message }: { message: Message }) {
  const { store, text, reader } = useChat();
  const taken = store.remembered.value.get(message.id);
  if (!taken) return null;
  return (
    <ul class="stack stack-4 small quiet">
      {taken.saved.map((fact) => (
        <Line
          key={fact.id}
          words={`${text.remembered} ${fact.text}`}
          undo={`${text.undoRemembered}: ${fact.text}`}
          onUndo={() => store.forget(message.id, fact)}
        />
      ))}
      {taken.replaced.map((former) => (
        <Line
          key={former.eventId}
          words={say(text.replaced, {
            text: former.memory.text,
            day: formatDay(former.memory.validTo ?? former.memory.updatedAt, reader),
          }, reader.locale)}
          undo={`${text.undoRemembered}: ${former.memory.text}`}
          onUndo={() => store.bringBack(message.id, former)}
        />
      ))}
      {taken.proposals.map((proposal) => (
        <Ask key={proposal.id} proposal={proposal} messageId={message.id} />
      ))}
    </ul>
  );
}

function Line({ words, undo, onUndo }: { words: string; undo: string; onUndo: () => void }) {
  const { text } = useChat();
  return (
    <li class="row row-4">
      <span>{words}</span>
      <button class="link" type="button" aria-label={undo} onClick={onUndo}>
        {text.undoRemembered}
      </button>
    </li>
  );
}

/** Something that memory keeps only with its owner's word. */
function Ask({ proposal, messageId }: { proposal: Proposal; messageId: string }) {
  const { store, text } = useChat();
  const [busy, setBusy] = useState(false);
  const decide = async (answer: "accept" | "reject") => {
    setBusy(true);
    await store.decideProposal(messageId, proposal, answer);
    setBusy(false);
  };
  const question = { save: text.askSave, forget: text.askForget, merge: text.askMerge };
  return (
    <li class="ask stack stack-4">
      <p>
        {question[proposal.op]} <q>{proposal.text}</q>
      </p>
      <span class="row row-4">
        {proposal.shield ? <Chip tone="amber" icon="shield">{text.askShield}</Chip> : null}
        <Button size="sm" busy={busy} onClick={() => decide("accept")}>{text.askYes}</Button>
        <Button size="sm" kind="ghost" onClick={() => decide("reject")}>{text.askNo}</Button>
      </span>
    </li>
  );
}
