import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { systemClock } from "../../platform/clock.ts";
import { createApi } from "../chat/api.ts";
import type { Page, SearchHit } from "../contract.ts";
import { Icon } from "../icon.tsx";
import { lookAttributes, lookCookie, lookFromCookie } from "../look.ts";
import { say } from "../say.ts";
import { paletteText } from "../text/palette.ts";
import { choose, type Command, usedNow } from "./commands.ts";

/** Props of {@link Palette}. */
export interface PaletteProps {
  commands: readonly Command[];
  locale: string;
  onClose: () => void;
}

const RECENT = "nova_recent_commands";
/** Wait after the last key before conversations are searched, in milliseconds (UI-40). */
const ASK_AFTER_MS = 150;
const LEAST = 3;

/** Everything by its name: a combobox with a list, as the ARIA practices describe it. */
export default function Palette({ commands, locale, onClose }: PaletteProps) {
  const text = paletteText(locale);
  const dialog = useRef<HTMLDialogElement>(null);
  const query = useSignal("");
  const active = useSignal(0);
  const found = useConversations(query.value);
  const recent = useMemo(readRecent, []);
  const shown = [...choose(commands, { query: query.value, recent }), ...found.commands];
  const at = Math.min(active.value, shown.length - 1);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    document.getElementById(`command-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const run = (command: Command | undefined) => {
    if (!command) return;
    if (command.group !== "found") writeRecent(usedNow(recent, command.id));
    dialog.current?.close();
    perform(command);
  };
  const move = (by: number) => {
    if (shown.length > 0) active.value = (at + by + shown.length) % shown.length;
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Home: () => active.value = 0,
    End: () => active.value = shown.length - 1,
    Enter: () => run(shown[at]),
  };

  return (
    <dialog class="dialog palette" ref={dialog} aria-label={text.title} onClose={onClose}>
      <div class="with-icon">
        <Icon name="search" size={16} />
        <input
          class="input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="commands"
          aria-autocomplete="list"
          aria-activedescendant={shown.length > 0 ? `command-${at}` : undefined}
          aria-label={text.title}
          placeholder={text.placeholder}
          autoComplete="off"
          spellcheck={false}
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
            active.value = 0;
          }}
          onKeyDown={(event) => {
            const act = event.isComposing ? undefined : keys[event.key];
            if (!act) return;
            event.preventDefault();
            act();
          }}
        />
      </div>
      <ul class="commands" id="commands" role="listbox" aria-label={text.results}>
        {shown.map((command, i) => (
          <>
            {command.group !== shown[i - 1]?.group && query.value.trim() === "" ||
                command.group === "found" && shown[i - 1]?.group !== "found"
              ? <li key={command.group} class="group" role="presentation">{text[command.group]}</li>
              : null}
            <li
              key={command.id}
              id={`command-${i}`}
              role="option"
              class="menu-item"
              aria-selected={i === at}
              onPointerMove={() => active.value = i}
              onClick={() => run(command)}
            >
              <Icon name={command.icon} />
              <span class="grow cut">
                {command.label}
                {command.detail ? <small class="quiet cut block">{command.detail}</small> : null}
              </span>
              {command.keys
                ? (
                  <span class="row row-4 nowrap">
                    {command.keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}
                  </span>
                )
                : null}
            </li>
          </>
        ))}
      </ul>
      <p class="tiny quiet" role="status">
        {found.busy
          ? text.searching
          : shown.length === 0
          ? say(text.nothing, { query: query.value })
          : say(text.count, { n: shown.length }, locale)}
      </p>
    </dialog>
  );
}

/** Conversations that hold the words, as commands that open them at the message. */
function useConversations(query: string): { commands: Command[]; busy: boolean } {
  const found = useSignal<Command[]>([]);
  const busy = useSignal(false);
  useEffect(() => {
    const words = query.trim();
    found.value = [];
    busy.value = words.length >= LEAST;
    if (words.length < LEAST) return;
    let current = true;
    const clock = systemClock;
    const cancel = clock.after(ASK_AFTER_MS, async () => {
      const api = createApi({ fetch: (input, init) => fetch(input, init), clock });
      const path = `/api/chat/search?${new URLSearchParams({ q: words, limit: "6" })}`;
      // The commands work without it; the list of conversations says what is wrong.
      const page = await api.get<Page<SearchHit>>(path).catch(() => null);
      if (!current) return;
      found.value = (page?.items ?? []).map(asCommand);
      busy.value = false;
    });
    return () => {
      current = false;
      cancel();
    };
  }, [query]);
  return { commands: found.value, busy: busy.value };
}

function asCommand(hit: SearchHit): Command {
  const at = hit.messageId ? `?at=${hit.messageId}` : "";
  return {
    id: `${hit.sessionId}${at}`,
    label: hit.sessionTitle ?? hit.snippet,
    detail: hit.messageId ? hit.snippet : undefined,
    icon: "chat",
    group: "found",
    act: { kind: "go", href: `/chat/${hit.sessionId}${at}` },
  };
}

function perform({ act }: Command): void {
  if (act.kind === "go") return location.assign(act.href);
  if (act.kind === "sign-out") {
    const form = document.querySelector<HTMLFormElement>('form[action="/settings/sign-out"]');
    return form?.requestSubmit();
  }
  const look = { ...lookFromCookie(document.cookie), theme: act.theme };
  for (const [name, value] of Object.entries(lookAttributes(look))) {
    if (value === undefined) document.documentElement.removeAttribute(name);
    else document.documentElement.setAttribute(name, value);
  }
  document.cookie = lookCookie(look);
  const api = createApi({ fetch: (input, init) => fetch(input, init), clock: systemClock });
  // The cookie holds on this device in any case.
  api.patch("/api/account/settings", { theme: act.theme }).catch(() => {});
}

function readRecent(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
  } catch {
    return []; // blocked or written by something else
  }
}

function writeRecent(ids: string[]): void {
  try {
    localStorage.setItem(RECENT, JSON.stringify(ids));
  } catch {
    // Without a store the order is the usual one.
  }
}
