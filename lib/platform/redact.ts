/** What a redacted part is replaced by. */
export const REDACTED = "[redacted]";

/** Members whose values are never written, whatever they hold. */
const SECRET_KEYS =
  /^(?:password|current|next|secret|token|accessToken|refreshToken|cookie|authorization|content|text|quote|prompt|body|email|query)$/i;

/** Shapes of secrets and personal data inside a longer text. */
const PATTERNS: readonly [RegExp, string][] = [
  // First: the end of a password and its host would look like an e-mail.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`],
  [/nova_sk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{8,}/g, REDACTED],
  [/\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g, REDACTED],
  [/\bBearer\s+[A-Za-z0-9._~+/=-]+/gi, `Bearer ${REDACTED}`],
  [/\b(password|passwd|pwd|secret|token)=[^\s&"']+/gi, `$1=${REDACTED}`],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, REDACTED],
  [/\b(?:\d[ -]?){13,19}\b/g, REDACTED],
  [/(\bhttps?:\/\/[^\s?#]+)\?[^\s#]*/gi, "$1"],
];

/** `text` with everything that looks like a secret, an e-mail or a card number masked. */
export function redactText(text: string): string {
  return PATTERNS.reduce((result, [pattern, mask]) => result.replace(pattern, mask), text);
}

/** A copy of `value` fit for a log line: secret members masked, texts redacted, depth bounded. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (value === null || typeof value !== "object") return value;
  if (depth > 4) return "[deep]";
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEYS.test(key) && item !== null && typeof item !== "number"
        ? REDACTED
        : redact(item, depth + 1),
    ]),
  );
}
