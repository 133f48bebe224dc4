/**
 * Whether a model host belongs to the operator (`local`) or to somebody else (`remote`): loopback
 * and private addresses (RFC 1918, RFC 4193, RFC 6762), names without a dot and those under
 * `.local`, `.internal` and `.lan` count as the operator's own.
 */
export function hostLocation(baseUrl: string): "local" | "remote" {
  const { hostname } = new URL(baseUrl);
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return isOwn(name) ? "local" : "remote";
}

function isOwn(name: string): boolean {
  if (name.includes(":")) return name === "::1" || /^f[cd]|^fe[89ab]/.test(name);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) {
    return /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(name);
  }
  return !name.includes(".") || /\.(?:local|internal|lan|localhost)$/.test(name);
}
