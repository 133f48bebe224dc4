import { Problem, validationFailed } from "@/lib/platform/problem.ts";
import { codePoints, hasForbiddenCharacters } from "@/lib/platform/text.ts";

/** Longest message, in code points. */
export const MAX_MESSAGE = 10_000;

/**
 * A message as it is stored: as typed, but with LF for CRLF.
 *
 * @throws Problem 400 `validation_failed` (blank), `message_too_long`, `invalid_characters`
 */
export function messageText(typed: string): string {
  const text = typed.replaceAll("\r\n", "\n");
  const length = codePoints(text);
  if (length > MAX_MESSAGE) {
    throw new Problem(
      "message_too_long",
      400,
      "The message is too long",
      `A message has at most ${MAX_MESSAGE} characters and this one has ${length}; shorten it or send it in parts`,
      { length, max: MAX_MESSAGE },
    );
  }
  if (hasForbiddenCharacters(text, { lines: true, bidi: true })) {
    throw new Problem(
      "invalid_characters",
      400,
      "The message holds characters that cannot be stored",
      "Remove control characters and broken symbols, then send it again",
    );
  }
  if (text.trim() === "") {
    throw validationFailed([{ path: "content", code: "blank", message: "Write a message first" }]);
  }
  return text;
}
