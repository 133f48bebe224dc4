import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { Button, LinkButton } from "../lib/ui/button.tsx";
import { createApi, problemOf } from "../lib/ui/chat/api.ts";
import type { ImportReport, MemorySettings, ProblemBody } from "../lib/ui/contract.ts";
import { explain } from "../lib/ui/explain.ts";
import { formatDateTime, type Reader } from "../lib/ui/format.ts";
import { ProblemCard } from "../lib/ui/problem_card.tsx";
import { say } from "../lib/ui/say.ts";
import { careWord, memoryCareText } from "../lib/ui/text/memory_care.ts";
import { systemClock } from "../lib/platform/clock.ts";

/** Props of {@link MemoryCare}, plain data from the page. */
export interface MemoryCareProps {
  settings: MemorySettings;
  /** Sensitive subjects that can be allowed. */
  kinds: string[];
  reader: Reader;
}

/** How far memory goes by itself, and all of it to take along and bring in. */
export default function MemoryCare(props: MemoryCareProps) {
  return (
    <IslandBoundary name="memory care" locale={props.reader.locale}>
      <Whole {...props} />
    </IslandBoundary>
  );
}

function Whole({ settings, kinds, reader }: MemoryCareProps) {
  const text = memoryCareText(reader.locale);
  const api = useMemo(
    () => createApi({ fetch: (input, init) => fetch(input, init), clock: systemClock }),
    [],
  );
  const now = useSignal(settings);
  const problem = useSignal<ProblemBody | null>(null);
  const said = useSignal("");
  async function change(body: Record<string, unknown>) {
    problem.value = null;
    try {
      now.value = await api.patch<MemorySettings>("/api/memory/settings", body);
      said.value = text.settingsSaved;
    } catch (error) {
      problem.value = problemOf(error);
    }
  }
  const choices = [["on", text.automaticOn], ["proposals", text.automaticProposals], [
    "off",
    text.automaticOff,
  ]] as const;
  const paused = now.value.pausedUntil;
  return (
    <div class="stack stack-16">
      <ProblemCard problem={problem.value} reader={reader} />
      <p class="sr" role="status">{said.value}</p>
      <section class="card" aria-labelledby="automatic">
        <fieldset class="stack stack-12 plain">
          <legend id="automatic" class="title">{text.automatic}</legend>
          {choices.map(([value, label]) => (
            <label key={value} class="check">
              <input
                type="radio"
                name="automatic"
                checked={now.value.automatic === value}
                onChange={() => change({ automatic: value })}
              />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <hr />
        <fieldset class="stack stack-12 plain">
          <legend class="title">{text.allowed}</legend>
          <div class="kinds">
            {kinds.map((kind) => (
              <label key={kind} class="check">
                <input
                  type="checkbox"
                  checked={now.value.allowed.includes(kind)}
                  onChange={(event) =>
                    change({
                      allowed: event.currentTarget.checked
                        ? [...now.value.allowed, kind]
                        : now.value.allowed.filter((other) => other !== kind),
                    })}
                />
                <span>{careWord(`kind_${kind}`, reader.locale)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <hr />
        <div class="stack stack-12">
          <h2 class="title">{text.pause}</h2>
          <p class="quiet">
            {paused
              ? say(text.pausedUntil, { when: formatDateTime(paused, reader) })
              : text.pauseLead}
          </p>
          <div class="row">
            {paused ? <Button onClick={() => change({ pause: null })}>{text.endPause}</Button> : (
              <>
                <Button onClick={() => change({ pause: "hour" })}>{text.pauseHour}</Button>
                <Button onClick={() => change({ pause: "day" })}>{text.pauseDay}</Button>
              </>
            )}
          </div>
        </div>
      </section>
      <section class="card" aria-labelledby="along">
        <h2 id="along" class="title">{text.takeAlong}</h2>
        <p class="quiet">{text.takeAlongLead}</p>
        <div class="row">
          <LinkButton href="/api/memory/export?format=json" download>{text.exportJson}</LinkButton>
          <LinkButton href="/api/memory/export?format=md" download>{text.exportMd}</LinkButton>
        </div>
      </section>
      <Import reader={reader} />
    </div>
  );
}

function Import({ reader }: { reader: Reader }) {
  const text = memoryCareText(reader.locale);
  const api = useMemo(
    () => createApi({ fetch: (input, init) => fetch(input, init), clock: systemClock }),
    [],
  );
  const data = useSignal("");
  const report = useSignal<ImportReport | null>(null);
  const problem = useSignal<ProblemBody | null>(null);
  const forgotten = useSignal(false);
  const busy = useSignal(false);
  async function send(preview: boolean) {
    busy.value = true;
    problem.value = null;
    const query = new URLSearchParams({
      preview: String(preview),
      includeForgotten: String(forgotten.value),
    });
    try {
      report.value = await api.post<ImportReport>(`/api/memory/import?${query}`, {
        data: data.value,
      });
    } catch (error) {
      report.value = null;
      problem.value = problemOf(error);
    } finally {
      busy.value = false;
    }
  }
  const fault = problem.value?.errors?.[0];
  return (
    <section class="card" aria-labelledby="bring">
      <h2 id="bring" class="title">{text.bringIn}</h2>
      <p class="quiet">{text.bringInLead}</p>
      <label class="stack stack-4">
        <span class="small">{text.chooseFile}</span>
        <input
          class="input"
          type="file"
          accept=".jsonl,.json,.ndjson,application/json"
          onChange={async (event) => {
            const file = event.currentTarget.files?.[0];
            if (!file) return;
            data.value = await file.text();
            await send(true);
          }}
        />
      </label>
      {problem.value
        ? (
          <p class="t-red" role="alert">
            {fault ? `${fault.path}: ${fault.message}` : explain(problem.value, reader).text}
          </p>
        )
        : null}
      {report.value
        ? (
          <div class="stack stack-12" role="status">
            <h3>{report.value.preview ? text.previewTitle : text.settingsSaved}</h3>
            <p>
              {say(
                report.value.preview ? text.previewCounts : text.importedCounts,
                {
                  added: report.value.added,
                  known: report.value.known,
                  forgotten: report.value.forgotten,
                  refused: report.value.refused,
                },
                reader.locale,
              )}
            </p>
            {report.value.preview
              ? (
                <>
                  <ul class="stack stack-4 small">
                    {report.value.items.slice(0, 20).map((item, at) => (
                      <li key={at}>
                        <span class="quiet">
                          {careWord(`result_${item.result}`, reader.locale)}:
                        </span>{" "}
                        {item.text}
                      </li>
                    ))}
                  </ul>
                  {report.value.forgotten > 0
                    ? (
                      <label class="check">
                        <input
                          type="checkbox"
                          checked={forgotten.value}
                          onChange={(event) => forgotten.value = event.currentTarget.checked}
                        />
                        <span>{text.includeForgotten}</span>
                      </label>
                    )
                    : null}
                  <div class="row">
                    <Button kind="primary" busy={busy.value} onClick={() => send(false)}>
                      {text.doImport}
                    </Button>
                  </div>
                </>
              )
              : null}
          </div>
        )
        : null}
    </section>
  );
}
