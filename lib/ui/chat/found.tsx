import { Button } from "../button.tsx";
import type { SearchHit } from "../contract.ts";
import { explain } from "../explain.ts";
import { formatDateTime, formatWhen } from "../format.ts";
import { commonText } from "../text/common.ts";
import { shelfText } from "../text/shelf.ts";
import { Waiting } from "../waiting.tsx";
import { say } from "../say.ts";
import { useChat } from "./context.ts";
import type { Finder } from "./finder.ts";

/** What a search found in the words of all conversations. */
export default function Found({ finder }: { finder: Finder }) {
  const { text, reader } = useChat();
  const words = shelfText(reader.locale);
  const hits = finder.hits.value.filter((hit) => hit.kind === "message");
  const progress = finder.progress.value;
  if (progress === "idle") return null;
  if (progress === "failed") {
    const { title } = explain(finder.problem.value!, reader);
    return (
      <div class="group" role="alert">
        <p>{title}</p>
        <Button size="sm" onClick={() => void finder.search()}>{text.retry}</Button>
      </div>
    );
  }
  return (
    <section aria-label={words.foundIn} aria-busy={progress === "busy" ? "true" : undefined}>
      <h3 class="group">{words.foundIn}</h3>
      {hits.length > 0
        ? (
          <ul class="stack stack-4">
            {hits.map((hit) => (
              <li key={hit.messageId}>
                <Hit hit={hit} />
              </li>
            ))}
          </ul>
        )
        : progress === "busy"
        ? <Waiting lines={[90, 70, 90]} text={commonText(reader.locale).loadingLong} />
        : <p class="group">{say(words.foundNothing, { query: finder.query.value })}</p>}
      {finder.more.value
        ? (
          <Button kind="ghost" size="sm" onClick={() => void finder.search(true)}>
            {text.loadMore}
          </Button>
        )
        : null}
    </section>
  );
}

function Hit({ hit }: { hit: SearchHit }) {
  const { text, reader, now } = useChat();
  return (
    <a class="conv hit" href={`/chat/${hit.sessionId}?at=${hit.messageId}`}>
      <span class="row between nowrap">
        <strong class="cut">{hit.sessionTitle ?? text.untitled}</strong>
        <time dateTime={hit.createdAt} title={formatDateTime(hit.createdAt, reader)}>
          {formatWhen(hit.createdAt, reader, now)}
        </time>
      </span>
      <span class="snippet">{marked(hit)}</span>
    </a>
  );
}

/** The snippet with its hits marked. */
function marked({ snippet, highlights }: SearchHit) {
  const points = [...snippet];
  const parts = [];
  let at = 0;
  for (const [from, to] of highlights) {
    parts.push(points.slice(at, from).join(""));
    parts.push(<mark key={from}>{points.slice(from, to).join("")}</mark>);
    at = to;
  }
  parts.push(points.slice(at).join(""));
  return parts;
}
