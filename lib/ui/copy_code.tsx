import { Button } from "./button.tsx";
import type { MarkdownOptions } from "./markdown.tsx";
import { commonText } from "./text/common.ts";

/**
 * How answers are rendered, by the server and by the chat alike. The buttons carry no
 * listener of their own, because what the server rendered is not hydrated: {@link codeToCopy} and
 * {@link wrapCode} find out what was pressed.
 */
export function chatMarkdown(locale = "en"): MarkdownOptions {
  const { copy, wrapLines } = commonText(locale);
  return {
    locale,
    codeAction: () => (
      <span class="row row-4">
        <Button kind="ghost" size="sm" data-wrap="" aria-pressed="false">{wrapLines}</Button>
        <Button kind="ghost" size="sm" icon="copy" data-copy="">{copy}</Button>
      </span>
    ),
  };
}

/** Breaks the long lines of the code whose button an event came from, or lets them be again. */
export function wrapCode(event: Event): void {
  const button = event.target instanceof Element ? event.target.closest("[data-wrap]") : null;
  const wraps = button?.closest(".code")?.classList.toggle("is-wrapped");
  button?.setAttribute("aria-pressed", String(wraps));
}

/** The code whose copy button an event came from, or null. */
export function codeToCopy(event: Event): string | null {
  const pressed = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  return pressed?.closest(".code")?.querySelector("code")?.textContent ?? null;
}
