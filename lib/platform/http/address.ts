/** Whether `address` is one of `trusted`: an address, or an IPv4 network such as `10.0.0.0/8`. */
function isTrusted(address: string, trusted: readonly string[]): boolean {
  return trusted.some((entry) => {
    const [network, bits] = entry.split("/");
    if (bits === undefined) return network === address;
    const a = ipv4(address);
    const b = ipv4(network!);
    if (a === null || b === null) return false;
    const mask = Number(bits) === 0 ? 0 : (~0 << (32 - Number(bits))) >>> 0;
    return (a & mask) >>> 0 === (b & mask) >>> 0;
  });
}

function ipv4(address: string): number | null {
  const parts = address.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return null;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/**
 * The address of the client. Forwarding headers count only when the peer is a trusted proxy; then
 * the last address that is not itself a trusted proxy is the client's.
 */
export function clientAddress(
  peer: string,
  headers: Headers,
  trustedProxies: readonly string[],
): string {
  if (!isTrusted(peer, trustedProxies)) return peer;
  const chain = (headers.get("x-forwarded-for") ?? "").split(",").map((s) => s.trim()).filter(
    Boolean,
  );
  for (const address of chain.reverse()) {
    if (!isTrusted(address, trustedProxies)) return address;
  }
  return peer;
}

/** The address limits count by: IPv6 by its /64, which one household shares. */
export function addressKey(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head ? head.split(":") : [];
  const right = tail ? tail.split(":") : [];
  const middle = tail === undefined
    ? []
    : Array(Math.max(0, 8 - left.length - right.length)).fill("0");
  return [...left, ...middle, ...right].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, ""))
    .join(":") + "::/64";
}
