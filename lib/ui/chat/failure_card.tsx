import { Button, LinkButton } from "../button.tsx";
import { explain } from "../explain.ts";
import { formatNumber, formatTime } from "../format.ts";
import { ErrorCard } from "../notice.tsx";
import { Meter } from "../progress.tsx";
import { useChat } from "./context.ts";

/** What went wrong last, in its place below the conversation, with the draft kept (UI-56). */
export default function FailureCard() {
  const { store, text, reader, copy } = useChat();
  const failure = store.failure.value;
  if (!failure) return null;
  const { problem, retry } = failure;
  const { title, text: words } = explain(problem, reader);
  const isQuota = problem.code === "quota_exceeded";
  const signedOut = problem.status === 401;
  return (
    <div class="column top-line">
      <ErrorCard
        title={title}
        tone={isQuota ? "amber" : "red"}
        icon={isQuota ? "clock" : "warn"}
        correlationId={problem.correlationId}
        onCopyId={() => copy(problem.correlationId ?? "")}
        locale={reader.locale}
        actions={
          <>
            {retry && !isQuota
              ? <Button kind="primary" icon="refresh" onClick={retry}>{text.retry}</Button>
              : null}
            {isQuota
              ? (
                <LinkButton href={String(problem["upgradeUrl"] ?? "/usage")}>
                  {text.seePlans}
                </LinkButton>
              )
              : null}
            {signedOut ? <LinkButton href="/login">{text.signIn}</LinkButton> : null}
          </>
        }
      >
        {words}
      </ErrorCard>
      {isQuota ? <QuotaMeter /> : null}
    </div>
  );
}

/** Used of limit for the allowance that ran out (UI-95). */
function QuotaMeter() {
  const { store, text, reader } = useChat();
  const problem = store.failure.value?.problem;
  const used = Number(problem?.["used"]);
  const limit = Number(problem?.["limit"]);
  const resetsAt = String(problem?.["resetsAt"] ?? "");
  if (!Number.isFinite(used) || !Number.isFinite(limit) || limit <= 0) return null;
  return (
    <Meter
      label={problem?.["resource"] === "messages" ? text.quotaMessages : text.quotaTokens}
      used={formatNumber(used, reader)}
      limit={formatNumber(limit, reader)}
      percent={(used / limit) * 100}
      tone="red"
      note={Number.isNaN(Date.parse(resetsAt))
        ? undefined
        : `${text.quotaBack} ${formatTime(resetsAt, reader)}`}
    />
  );
}
