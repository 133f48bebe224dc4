/** Longest e-mail address that is accepted (RFC 5321, with the angle brackets taken off). */
export const MAX_EMAIL = 254;

// Shape only: one @, no spaces, no control or invisible characters, a dotted domain, no empty part
// between dots (nor by one of the other dots that name servers take for one). Whether it exists, the
// verification mail shows.
const SHAPE =
  /^(?!.*[\p{Cc}\p{Cf}\u3002\uff0e\uff61])(?!\.|.*\.(?:[.@]|$)|.*@\.|.*@-|.*-$)[^\s@<>"(),:;\\[\]]{1,64}@[^\s@<>"(),:;\\[\]]+\.[^\s@<>"(),:;\\[\]]{2,}$/u;

/**
 * The form in which addresses are compared everywhere: trimmed, NFC, lower case. The form as
 * typed is kept for display.
 *
 * @returns null when the text has not the shape of an address
 */
export function normalizeEmail(typed: string): string | null {
  const email = typed.trim().normalize("NFC").toLowerCase();
  return email.length <= MAX_EMAIL && SHAPE.test(email) ? email : null;
}
