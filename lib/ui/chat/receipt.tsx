import { Button } from "../button.tsx";
import type { Receipt, ReceiptDecision, ReceiptItem } from "../contract.ts";
import { formatNumber, formatRelative, formatScore } from "../format.ts";
import { TierLabel } from "../memory_chip.tsx";
import { commonText } from "../text/common.ts";
import { Waiting } from "../waiting.tsx";
import { ScoreBar } from "../progress.tsx";
import { say } from "../say.ts";
import { VerdictChip } from "./verdict_chip.tsx";
import { receiptText } from "../text/receipt.ts";
import { useChat } from "./context.ts";
import { scoreParts } from "./reasons.ts";

/** What an answer was made of, and why it was allowed (CHT-60, CHT-61). */
export default function ReceiptView({ messageId }: { messageId: string }) {
  const { store, reader } = useChat();
  const text = receiptText(reader.locale);
  const receipt = store.receipts.value.get(messageId);
  if (receipt === undefined) {
    return (
      <div class="used">
        <p class="sr" role="status">{text.receiptLoading}</p>
        <Waiting lines={[50, 90, 70, 30]} text={commonText(reader.locale).loadingLong} />
      </div>
    );
  }
  if (receipt === "failed") {
    return (
      <div class="used">
        <p>{text.receiptFailed}</p>
        <Button onClick={() => store.loadReceipt(messageId)}>{text.retry}</Button>
      </div>
    );
  }
  return (
    <>
      <Used receipt={receipt} />
      <Why receipt={receipt} />
    </>
  );
}

function Used({ receipt }: { receipt: Receipt }) {
  const { reader } = useChat();
  const text = receiptText(reader.locale);
  const count = say(text.receiptCount, { n: receipt.items.length }, reader.locale);
  return (
    <section aria-labelledby="receipt-count">
      <h3 id="receipt-count">{count}</h3>
      <ul>
        {receipt.items.map((item, i) => (
          <li class="used" key={item.memoryId ?? i}>
            <UsedItem item={item} />
          </li>
        ))}
      </ul>
      <LeftOut receipt={receipt} />
    </section>
  );
}

function UsedItem({ item }: { item: ReceiptItem }) {
  const { reader, now } = useChat();
  const text = receiptText(reader.locale);
  const forgotten = item.forgotten || item.text === null;
  const when = formatRelative(item.date, reader, now);
  const said = item.author
    ? say(text.saidBy, { author: item.author, when })
    : say(text.saidOn, { when });
  const source = item.sourceMessageId;
  return (
    <>
      <div class="row row-12">
        {item.tier ? <TierLabel tier={item.tier} locale={reader.locale} /> : null}
        {source && item.sourceSessionId
          ? <a class="link" href={`/chat/${item.sourceSessionId}#m-${source}`}>{said}</a>
          : <span class="small quiet">{said}</span>}
        <strong class="small num end" aria-label={say(text.score, { score: item.score })}>
          {formatScore(item.score, reader)}
        </strong>
      </div>
      <p class={forgotten ? "quiet" : undefined}>
        {forgotten ? text.forgottenText : item.text}
      </p>
      {item.parts.length > 0
        ? <ScoreBar parts={scoreParts(item.parts, reader.locale)} reader={reader} />
        : (
          <ul class="parts">
            {item.reasons.map((reason) => <li key={reason}>{reason}</li>)}
          </ul>
        )}
      {item.memoryId && !forgotten
        ? (
          <div class="row row-4">
            <a class="btn btn-sm" href={`/memory?id=${item.memoryId}`}>{text.openMemory}</a>
          </div>
        )
        : null}
    </>
  );
}

function LeftOut({ receipt }: { receipt: Receipt }) {
  const { reader } = useChat();
  const text = receiptText(reader.locale);
  const items = receipt.dropped.map((d) =>
    say(text.leftOutItem, { n: d.count, block: d.block.replaceAll("_", " ") }, reader.locale)
  );
  const lines = [
    items.length > 0 ? say(text.leftOut, { items: items.join(", ") }) : "",
    receipt.degraded ? text.degraded : "",
    receipt.heldBack > 0 ? say(text.heldBack, { n: receipt.heldBack }, reader.locale) : "",
  ].filter(Boolean);
  if (lines.length === 0) return null;
  return <p class="small quiet used">{lines.join(" ")}</p>;
}

function Why({ receipt }: { receipt: Receipt }) {
  const { reader } = useChat();
  const text = receiptText(reader.locale);
  const decision = receipt.policy.at(-1);
  const refused = decision?.verdict === "refuse" || decision?.verdict === "escalate";
  const { usage } = receipt;
  return (
    <section class="why" aria-labelledby="receipt-why">
      <div class="row between">
        <h3 id="receipt-why">{refused ? text.whyRefused : text.whyTitle}</h3>
        <VerdictChip verdict={decision?.verdict ?? null} always />
      </div>
      {decision ? <Principles decision={decision} /> : null}
      <p class="small quiet">
        <a href="/constitution">{text.constitutionLink}</a>
      </p>
      {usage.promptTokens !== null && usage.completionTokens !== null
        ? (
          <p class="small quiet num">
            {say(text.tokensLine, {
              in: formatNumber(usage.promptTokens, reader),
              out: formatNumber(usage.completionTokens, reader),
              measured: usage.measured ? "yes" : "no",
            })} {usage.ttftMs
              ? say(text.firstWord, {
                seconds: formatNumber(usage.ttftMs / 1000, reader, { maximumFractionDigits: 1 }),
              })
              : ""}
          </p>
        )
        : null}
    </section>
  );
}

function Principles({ decision }: { decision: ReceiptDecision }) {
  const { reader } = useChat();
  const text = receiptText(reader.locale);
  const names: Record<string, string> = text;
  const found = Object.entries(decision.principles).filter(([, p]) => p.score < 1);
  return (
    <dl class="principles">
      {found.map(([name, p]) => (
        <div class="pair" key={name}>
          <dt>{names[`principle_${name}`] ?? name}</dt>
          <dd>
            {p.finding || say(text.principleScore, { score: formatScore(p.score, reader) })}
          </dd>
        </div>
      ))}
      <div class="pair">
        <dt>{found.length === 0 ? text.allPrinciples : text.otherPrinciples}</dt>
        <dd>{text.noFinding}</dd>
      </div>
    </dl>
  );
}
