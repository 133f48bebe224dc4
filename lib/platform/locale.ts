/** The language of people who told none. */
export const DEFAULT_LOCALE = "en";

/**
 * The first language a browser asks for, as a BCP 47 primary subtag (`de` of `de-AT,de;q=0.9`);
 * the default for a header that is absent, `*` or malformed.
 */
export function preferredLocale(acceptLanguage: string | null): string {
  const first = acceptLanguage?.split(",")[0]?.trim().split(/[;-]/)[0] ?? "";
  return /^[a-z]{2,3}$/i.test(first) ? first.toLowerCase() : DEFAULT_LOCALE;
}
