/** The language of people who told none. */
export const DEFAULT_LOCALE = "en";

/** Languages the interface speaks, as BCP 47 primary subtags. */
export const INTERFACE_LANGUAGES: readonly string[] = ["en", "de"];

/**
 * The language a browser likes best among those the interface speaks (RFC 9110, section 12.5.4), as
 * a primary subtag: `de` for `de-AT,de;q=0.9,en;q=0.5`. The default when none fits.
 */
export function preferredLocale(acceptLanguage: string | null): string {
  const wishes = (acceptLanguage ?? "").slice(0, 1_000).split(",").map((wish, order) => {
    const [tag = "", ...parameters] = wish.trim().split(";");
    const weight = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find(Boolean);
    return { language: tag.split("-")[0]!.toLowerCase(), weight: Number(weight ?? 1), order };
  });
  wishes.sort((a, b) => b.weight - a.weight || a.order - b.order);
  const best = wishes.find(({ language, weight }) =>
    weight > 0 && INTERFACE_LANGUAGES.includes(language)
  );
  return best?.language ?? DEFAULT_LOCALE;
}
