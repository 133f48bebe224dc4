import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { IslandBoundary } from "../lib/ui/boundary.tsx";
import { LinkButton } from "../lib/ui/button.tsx";
import type { Notice, Quota, QuotaFigure } from "../lib/ui/contract.ts";
import { formatPercent, type Reader } from "../lib/ui/format.ts";
import { Icon } from "../lib/ui/icon.tsx";
import { useLazy } from "../lib/ui/lazy.tsx";
import { Banner, ToastRegion } from "../lib/ui/notice.tsx";
import { isQuiet } from "../lib/ui/notices/quiet.ts";
import { FIGURES, figuresOf, QUOTA } from "../lib/ui/notices/signals.ts";
import { type QuotaNow, QuotaStat } from "../lib/ui/quota_stat.tsx";
import { say } from "../lib/ui/say.ts";
import { commonText } from "../lib/ui/text/common.ts";
import { TimedToast } from "../lib/ui/timed_toast.tsx";
import type { QuietHours } from "../lib/ui/view.ts";

const loadPanel = () => import("../lib/ui/notices/panel.tsx");

/** Props of {@link Bell}. */
export interface BellProps {
  /** Whose page this is. */
  userId: string;
  quota: QuotaNow | null;
  /** Shows the ring without its figure. */
  ringOnly: boolean;
  unread: number;
  reader: Reader;
  /** The plan in force when the page was made, and the names of all plans. */
  plan: string;
  planNames: Record<string, string>;
  /** Whether the page shows plan or allowance and is to be made anew when the plan changes. */
  followsPlan: boolean;
  sound: boolean;
  quiet: QuietHours;
  /** Words: name of the bell, of the act of a toast, and what a changed plan says. */
  words: { bell: string; open: string; planNow: string; reload: string };
}

/** What pops up: something that was told, or a plan that changed. */
type Popped = { id: string; title: string; href: string; act: string };

/** How long the page is left alone before it connects: its own matter comes first. */
const SETTLE_MS = 1_500;

/** Allowance and notifications in the header, kept fresh while the page is open. */
export default function Bell(props: BellProps) {
  return (
    <IslandBoundary
      name="bell"
      fallback={
        <a class="btn btn-ghost btn-icon" href="/notifications" aria-label={props.words.bell}>
          <Icon name="bell" />
        </a>
      }
    >
      <Live {...props} />
    </IslandBoundary>
  );
}

function Live(props: BellProps) {
  const { reader, words } = props;
  const unread = useSignal(props.unread);
  const quota = useSignal(props.quota);
  const popped = useSignal<Popped | null>(null);
  const offline = useOffline(!props.ringOnly);
  const version = useSignal(0);
  const open = useSignal(false);
  const plan = useRef(props.plan);
  const Panel = useLazy(open.value, loadPanel);

  const tell = (notice: Notice) => {
    version.value++;
    if (isQuiet(props.quiet, reader.timeZone, new Date())) return;
    popped.value = { id: notice.id, title: notice.title, href: notice.href, act: words.open };
    if (props.sound) {
      void import("../lib/ui/notices/chime.ts").then(({ chime }) => chime(), () => {});
    }
  };
  const planChanged = (next: string) => {
    plan.current = next;
    if (props.followsPlan) return location.reload();
    void refreshQuota();
    const name = props.planNames[next] ?? next;
    const title = say(words.planNow, { plan: name });
    popped.value = { id: `plan ${next}`, title, href: "/billing", act: words.reload };
  };
  const show = (figures: readonly QuotaFigure[]) => {
    const tokens = figures.find(({ resource }) => resource === "llm_tokens");
    if (tokens) quota.value = nowOf(tokens, reader);
  };

  useEffect(() => {
    let stop = () => {};
    let turn = 0;
    const leave = () => {
      turn++;
      stop();
    };
    const connect = async () => {
      leave();
      const mine = turn;
      const { browserLive, followLive } = await import("../lib/ui/notices/live.ts");
      // The page went, or came back once more, while it was fetched.
      if (mine !== turn) return;
      stop = followLive(browserLive(), (event) => {
        if (event.kind === "notice") return tell(event.notice);
        unread.value = event.state.unread;
        if (event.state.effectivePlan !== plan.current) planChanged(event.state.effectivePlan);
      });
    };
    const start = setTimeout(() => void connect(), SETTLE_MS);
    // A page that is kept for the way back lets go of the connection and takes it up again.
    const back = (event: PageTransitionEvent) => event.persisted && void connect();
    const figures = (event: Event) => show((event as CustomEvent<QuotaFigure[]>).detail);
    addEventListener("pagehide", leave);
    addEventListener("pageshow", back);
    addEventListener(FIGURES, figures);
    return () => {
      clearTimeout(start);
      leave();
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", back);
      removeEventListener(FIGURES, figures);
    };
  }, []);

  useEffect(() => {
    let stop: (() => void) | null = null;
    let gone = false;
    // Nobody comes back in the first moments, so that a page need not wait for it.
    void import("../lib/ui/notices/return.ts").then(({ browserReturn, watchReturn }) => {
      if (!gone) stop = watchReturn(browserReturn(), props.userId);
    });
    return () => {
      gone = true;
      stop?.();
    };
  }, []);

  const label = say(words.bell, { n: unread.value }, reader.locale);
  return (
    <>
      <QuotaStat quota={quota.value} locale={reader.locale} ringOnly={props.ringOnly} />
      <button
        class="btn btn-ghost btn-icon bell"
        type="button"
        popovertarget="notices"
        aria-label={label}
        title={label}
      >
        <Icon name="bell" />
        {unread.value > 0
          ? (
            <span class="bell-count" aria-hidden="true">
              {unread.value > 9 ? "9+" : unread.value}
            </span>
          )
          : null}
      </button>
      <div
        class="menu panel"
        id="notices"
        popover="auto"
        role="group"
        aria-label={say(words.bell, { n: 0 }, reader.locale)}
        onToggle={(event) => {
          open.value = event.newState === "open";
          if (open.value) version.value++;
        }}
      >
        {Panel
          ? (
            <Panel
              reader={reader}
              version={version.value}
              unread={unread.value}
              onUnread={(n) => unread.value = n}
            />
          )
          : null}
      </div>
      {props.ringOnly ? null : (
        <div class="offline" role="status">
          {/* Always there: its icon can be fetched only while there is a connection. */}
          <div hidden={!offline.value}>
            <Banner tone="amber">{commonText(reader.locale).offline}</Banner>
          </div>
        </div>
      )}
      <ToastRegion top>
        {popped.value
          ? (
            <TimedToast
              key={popped.value.id}
              icon="bell"
              tone="indigo"
              locale={reader.locale}
              onDismiss={() => popped.value = null}
              action={
                <LinkButton size="sm" href={popped.value.href}>{popped.value.act}</LinkButton>
              }
            >
              {popped.value.title}
            </TimedToast>
          )
          : null}
      </ToastRegion>
    </>
  );
}

/** Whether the device has no connection; the chat tells it in its own place. */
function useOffline(told: boolean): Signal<boolean> {
  const offline = useSignal(false);
  useEffect(() => {
    if (!told) return;
    const look = () => offline.value = !navigator.onLine;
    look();
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return offline;
}

function nowOf({ percentage, level }: QuotaFigure, reader: Reader): QuotaNow {
  const percentText = percentage === null ? "" : formatPercent(percentage, reader);
  return { percent: percentage, percentText, level };
}

/** Asks for the allowance anew and tells every part of the page. */
async function refreshQuota(): Promise<void> {
  const response = await fetch("/api/usage/quota", { cache: "no-store" }).catch(() => null);
  if (!response?.ok) return;
  const figures = figuresOf(await response.json() as Quota);
  dispatchEvent(new CustomEvent(FIGURES, { detail: figures }));
  dispatchEvent(new CustomEvent(QUOTA, { detail: figures }));
}
