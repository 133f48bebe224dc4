/** A link that is safe to offer, as it will be shown. */
export interface SafeLink {
  /** Address in its normal form. */
  href: string;
  /** Host (or mail address) a press leads to. */
  host: string;
}

const ALLOWED = new Set(["http:", "https:", "mailto:"]);

/**
 * Reads an address out of untrusted text. Only whole `http`, `https` and `mailto` addresses pass;
 * the URL parser of the platform decides, so tricks with spaces, control characters or letter case
 * end where the browser would take them.
 *
 * @returns the link, or null when it must be shown as text.
 */
export function safeLink(address: string): SafeLink | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (!ALLOWED.has(url.protocol)) return null;
  const host = url.protocol === "mailto:" ? url.pathname : url.host;
  return host === "" ? null : { href: url.href, host };
}

/**
 * Whether the words of a link already tell where it leads, so that its host need not be added.
 * They do when they are the address or the host itself, and not when they only contain it.
 */
export function tellsHost(words: string, link: SafeLink): boolean {
  const said = words.trim().toLowerCase().replace(/^(https?:\/\/|mailto:)/, "").replace(/\/$/, "");
  const host = link.host.toLowerCase();
  const address = link.href.toLowerCase().replace(/^(https?:\/\/|mailto:)/, "").replace(/\/$/, "");
  return said === host || said === address || said.startsWith(`${host}/`);
}
