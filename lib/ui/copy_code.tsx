import { Button } from "./button.tsx";
import type { MarkdownOptions } from "./markdown.tsx";
import { commonText } from "./text/common.ts";

/**
 * How answers are rendered, by the server and by the chat alike. The copy button carries no
 * listener of its own, because what the server rendered is not hydrated: {@link codeToCopy} finds
 * out what was pressed.
 */
export function chatMarkdown(locale = "en"): MarkdownOptions {
  const { copy } = commonText(locale);
  return {
    locale,
    codeAction: () => <Button kind="ghost" size="sm" icon="copy" data-copy="">{copy}</Button>,
  };
}

/** The code whose copy button an event came from, or null. */
export function codeToCopy(event: Event): string | null {
  const pressed = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  return pressed?.closest(".code")?.querySelector("code")?.textContent ?? null;
}
