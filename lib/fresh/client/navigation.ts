// Turns clicks, submitted forms and the browser's back and forward buttons into
// partial updates.
import { type FormTarget, formTarget } from "./forms.ts";
import {
  comeBack,
  enter,
  type Entry,
  entryOf,
  openHistory,
  pathOf,
  scrollBack,
  scrollToStart,
} from "./history.ts";
import type { Page } from "./page.ts";
import { change } from "./transition.ts";
import { type Answer, fetchAnswer, findPartials, show } from "./response.ts";

/** A navigation under way. */
interface Visit {
  /** Address of the content. */
  from: URL;
  /** Address of the page afterwards; null for buttons, which stay where they are. */
  to: URL | null;
  /** What was clicked or submitted. */
  source: Element | null;
  /** The element whose indicator shows that it is busy. */
  indicator?: Element | null;
  init?: RequestInit;
  /** The entry of the history that came back. */
  back?: Entry;
  /** Whether loading the whole page shows the same. */
  canReload: boolean;
}

let page: Page;
let ready: Promise<unknown>;
/** Path and query of what is on the page. */
let current = "";
let underWay: { abort: AbortController; indicator: Visit["indicator"] } | null = null;

/** The nearest element that says whether a feature is on, and whether it is. */
function isOn(element: Element | null, name: string): boolean {
  const value = element?.closest(`[${name}]`)?.getAttribute(name);
  return value !== undefined && value !== "false";
}

/** Whether a visit is animated: by its source, or for the back button by the page. */
function isAnimated({ source, back }: Visit): boolean {
  return isOn(back ? document.querySelector("[f-view-transition]") : source, "f-view-transition");
}

function leave(to: URL): void {
  if (to.href === location.href) location.reload();
  else location.assign(to);
}

/**
 * Shows an answer and brings history, address and scroll position along.
 * @throws Error when the answer has nothing for this page, and loading it whole would not help.
 */
async function arrive(visit: Visit, answer: Answer): Promise<void> {
  const { to: asked, from, back, source } = visit;
  const to = asked && (answer.isRedirected ? answer.url : asked);
  const { found, count } = findPartials(answer);
  if (found.length === 0) {
    if (to && (visit.canReload || answer.isRedirected)) return leave(to);
    if (count > 0) return;
    throw new Error(`Found no partials in the response of ${answer.url}`);
  }
  const before = current;
  await change(isAnimated(visit), () => {
    if (to && !back) enter(to, from.href === asked!.href ? null : from.href);
    if (to) current = pathOf(to);
    show(answer, found);
  });
  if (!to) return;
  if (back) scrollBack(back);
  else if (source?.localName === "a" || current !== before) scrollToStart(to);
}

/** Sets the indicator of an element while something is under way. */
function busy(element: Element | null | undefined, value: boolean): void {
  const { _freshIndicator: indicator } = (element ?? {}) as {
    _freshIndicator?: { value: boolean };
  };
  if (indicator) indicator.value = value;
}

/** Stops the visit before this one: people can only be on their way to one page. */
function supersede(visit: Visit, abort: AbortController): void {
  underWay?.abort.abort();
  busy(underWay?.indicator, false);
  underWay = { abort, indicator: visit.indicator };
}

async function visit(visit: Visit): Promise<void> {
  const abort = new AbortController();
  const { signal } = abort;
  const { from, to, indicator, canReload } = visit;
  if (to) supersede(visit, abort);
  busy(indicator, true);
  try {
    const answer = await fetchAnswer(from, page.islands, { ...visit.init, signal })
      .catch((error) => {
        if (signal.aborted || !to || !canReload) throw error;
        return null;
      });
    await ready;
    if (signal.aborted) return;
    if (answer) await arrive(visit, answer);
    else if (to && canReload) leave(to);
    else throw new Error(`The response of ${from} cannot be shown on this page`);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (!signal.aborted) busy(indicator, false);
  }
}

/** Whether a link leads to another page of this site in this window. */
function isLocal(link: HTMLAnchorElement): boolean {
  const isHere = link.target === "" || link.target === "_self";
  return isHere && link.origin === location.origin && !link.hasAttribute("download") &&
    !(link.hash !== "" && pathOf(new URL(link.href)) === pathOf(location)) &&
    !link.getAttribute("href")!.startsWith("#");
}

function onClick(event: MouseEvent): void {
  const { button, metaKey, ctrlKey, shiftKey, altKey, target } = event;
  if (event.defaultPrevented || button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return;
  const source = (target as Element).closest?.("a[href],button[f-partial]");
  if (!source || !isOn(source, "f-client-nav")) return;
  const partial = source.getAttribute("f-partial");
  const from = new URL(partial ?? source.getAttribute("href")!, document.baseURI);
  // Only what comes from here may become part of the page.
  if (from.origin !== location.origin) return;
  if (source.localName === "button") {
    const { form, type } = source as HTMLButtonElement;
    // A button that submits speaks for its form.
    if (form && type === "submit") return;
    event.preventDefault();
    visit({ from, to: null, source, indicator: source, canReload: false });
    return;
  }
  if (!("origin" in source) || !isLocal(source as HTMLAnchorElement)) return;
  event.preventDefault();
  const to = new URL((source as HTMLAnchorElement).href);
  visit({ from, to, source, indicator: source, canReload: true });
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const submitter = event.submitter;
  if (event.defaultPrevented || !isOn(form, "f-client-nav")) return;
  if (submitter?.closest("[f-client-nav]") && !isOn(submitter, "f-client-nav")) return;
  const target: FormTarget | null = formTarget(form, submitter);
  if (target === null) return;
  event.preventDefault();
  const hasOwn = submitter && "_freshIndicator" in submitter;
  visit({ ...target, source: submitter ?? form, indicator: hasOwn ? submitter : form });
}

function onPopState({ state }: PopStateEvent): void {
  const back = entryOf(state);
  // Entries of the page's own scripts are theirs; so are those that only move within the page.
  if (!back && (state !== null || current === pathOf(location))) return;
  comeBack(back);
  if (current === pathOf(location)) {
    if (back?.scroll) scrollBack(back);
    return;
  }
  const to = new URL(location.href);
  const from = new URL(back?.partial ?? to);
  visit({ from, to, source: null, back: back ?? { fresh: 0, partial: null }, canReload: true });
}

/** Starts to listen. Updates wait until what the page came with has started. */
export function listen(started: Page, isReady: Promise<unknown>): void {
  page = started;
  ready = isReady;
  current = pathOf(location);
  openHistory();
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  addEventListener("popstate", onPopState);
}
