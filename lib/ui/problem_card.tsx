import type { ComponentChildren, JSX } from "preact";
import type { ProblemBody } from "./contract.ts";
import { explain } from "./explain.ts";
import type { Reader } from "./format.ts";
import { ErrorCard } from "./notice.tsx";

/** What went wrong, in the reader's words, with the id that support asks for; nothing without a problem. */
export function ProblemCard({ problem, reader, actions }: {
  problem: ProblemBody | null;
  reader: Reader;
  actions?: ComponentChildren;
}): JSX.Element | null {
  if (!problem) return null;
  const { title, text } = explain(problem, reader);
  return (
    <ErrorCard
      title={title}
      correlationId={problem.correlationId}
      locale={reader.locale}
      actions={actions}
    >
      {text}
    </ErrorCard>
  );
}
