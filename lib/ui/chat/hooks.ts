import { effect, type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { QuotaFigure } from "../contract.ts";
import type { Look } from "../look.ts";
import { FIGURES, QUOTA } from "../notices/signals.ts";
import { say } from "../say.ts";
import { chatText } from "../text/chat.ts";
import { commonText } from "../text/common.ts";
import { type Announcer, createAnnouncer } from "./announce.ts";
import { type Place, placeIn, type Places } from "./place.ts";
import { createStick } from "./stick.ts";
import type { ChatPorts, ChatStore } from "./store.ts";

/** The log's box and how it follows its end. */
export interface Log {
  ref: { current: HTMLDivElement | null };
  /** Whether the reader is away from the end. */
  away: Signal<boolean>;
  toEnd: () => void;
  /** Goes to where the reader was, once its message is there. */
  toPlace: (place: Place) => void;
}

/**
 * Keeps a log at its end while the reader is there, and their place when they leave the page
 * elsewhere (UI-63).
 *
 * @param kept where places are kept, and for which conversation; null: a new one
 */
export function useLog(kept: { places: Places; of: () => string | null }): Log {
  const ref = useRef<HTMLDivElement>(null);
  const away = useSignal(false);
  const stick = useMemo(() => createStick((stuck) => away.value = !stuck), []);

  // On phones the page scrolls, elsewhere the log does.
  const box = () => {
    const log = ref.current;
    const scrolls = log && getComputedStyle(log).overflowY !== "visible";
    return scrolls ? log : document.scrollingElement ?? document.documentElement;
  };

  // Below what stays at the top of the page on phones.
  const edge = () => {
    const log = ref.current!;
    if (box() === log) return log.getBoundingClientRect().top;
    const above = document.querySelectorAll(".talk-head, .talk-alert");
    return Math.max(0, ...Array.from(above, (one) => one.getBoundingClientRect().bottom));
  };
  const leave = () => {
    const id = kept.of();
    if (id && ref.current) kept.places.write(id, away.value ? placeIn(ref.current, edge()) : null);
  };

  useEffect(() => {
    const log = ref.current;
    if (!log) return;
    const scrolled = () => stick.scrolled(box());
    const wheel = (event: WheelEvent) => event.deltaY < 0 && stick.release();
    const key = (event: KeyboardEvent) =>
      ["PageUp", "Home", "ArrowUp"].includes(event.key) && event.target === log && stick.release();
    const select = () => {
      const selection = getSelection();
      const inside = selection && !selection.isCollapsed && log.contains(selection.anchorNode);
      if (inside) stick.release();
    };
    // Whatever makes the content grow: text, chips that arrive later, an error card. A blank
    // conversation is read from its top.
    const watch = new ResizeObserver(() => {
      if (log.querySelector("article")) stick.grown(box());
    });
    if (log.firstElementChild) watch.observe(log.firstElementChild);
    log.addEventListener("scroll", scrolled, { passive: true });
    addEventListener("scroll", scrolled, { passive: true });
    addEventListener("pagehide", leave);
    log.addEventListener("wheel", wheel, { passive: true });
    log.addEventListener("touchmove", stick.release, { passive: true });
    log.addEventListener("keydown", key);
    document.addEventListener("selectionchange", select);
    return () => {
      leave();
      removeEventListener("pagehide", leave);
      watch.disconnect();
      log.removeEventListener("scroll", scrolled);
      removeEventListener("scroll", scrolled);
      log.removeEventListener("wheel", wheel);
      log.removeEventListener("touchmove", stick.release);
      log.removeEventListener("keydown", key);
      document.removeEventListener("selectionchange", select);
    };
  }, []);

  return {
    ref,
    away,
    // After Preact has written, so that the new height counts.
    toEnd: () => requestAnimationFrame(() => stick.toEnd(box())),
    toPlace: ({ messageId, offset }) =>
      requestAnimationFrame(() => {
        const message = document.getElementById(`m-${messageId}`);
        if (!message) return;
        stick.release();
        box().scrollTop += message.getBoundingClientRect().top - edge() - offset;
      }),
  };
}

/** Tells readers about the answer through a region of its own; returns what it says. */
export function useAnnouncer(
  mode: Look["announce"],
  { store, hooks }: {
    store: ChatStore;
    hooks: { current: Pick<ChatPorts, "onText" | "onEnd"> };
  },
): Signal<string> {
  const spoken = useSignal("");
  const current = useRef<Announcer | null>(null);
  const { locale } = store.ports.reader;
  const text = chatText(locale);
  hooks.current = {
    onText: (live) => {
      current.current ??= createAnnouncer({
        mode,
        clock: store.ports.clock,
        speak: (words) => spoken.value = words,
        started: text.announceStart,
        code: commonText(locale).code,
        complete: (n) => say(text.announceDone, { n }, locale),
      });
      current.current.update(live.text);
    },
    onEnd: (whole) => {
      current.current?.finish(whole);
      current.current = null;
    },
  };
  return spoken;
}

/** Resumes when the page is looked at again or the network is back; tells whether it is away. */
export function useWake(store: ChatStore, onWake: () => void): Signal<boolean> {
  const offline = useSignal(false);
  useEffect(() => {
    const look = () => {
      offline.value = !navigator.onLine;
      if (document.visibilityState !== "visible" || offline.value) return;
      onWake();
      store.wake();
    };
    look();
    document.addEventListener("visibilitychange", look);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return offline;
}

/** Tells the header what each turn used, and hears from it when the plan changed (UI-95). */
export function useAllowance(store: Pick<ChatStore, "quota">): void {
  useEffect(() => {
    const stop = effect(() => {
      const figures = store.quota.value;
      if (figures.length > 0) dispatchEvent(new CustomEvent(FIGURES, { detail: figures }));
    });
    const renewed = (event: Event) => {
      store.quota.value = (event as CustomEvent<QuotaFigure[]>).detail;
    };
    addEventListener(QUOTA, renewed);
    return () => {
      stop();
      removeEventListener(QUOTA, renewed);
    };
  }, []);
}
