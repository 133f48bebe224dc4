/** The form in which two texts count as the same: NFC, lower case, single spaces. */
export function sameText(text: string): string {
  return text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
}
