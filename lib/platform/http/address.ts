import { BlockList, isIP } from "node:net";

/** An IP version as `node:net` names it. */
const family = (address: string) => isIP(address) === 6 ? "ipv6" : "ipv4";

/** Whether `text` is an IP address, or a network such as `10.0.0.0/8` or `fd00::/8`. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined ||
    /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32);
}

/** Lists are made once from the configuration and asked with every request. */
const lists = new WeakMap<readonly string[], BlockList>();

function listOf(networks: readonly string[]): BlockList {
  const known = lists.get(networks);
  if (known) return known;
  const list = new BlockList();
  for (const network of networks.filter(isNetwork)) {
    const [address = "", bits] = network.split("/");
    if (bits === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(bits), family(address));
  }
  lists.set(networks, list);
  return list;
}

/** Whether `address` is one of the addresses listed, or in one of the networks. */
export function isInNetworks(address: string, trusted: readonly string[]): boolean {
  return trusted.length > 0 && isIP(address) !== 0 &&
    listOf(trusted).check(address, family(address));
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
  if (!isInNetworks(peer, trustedProxies)) return peer;
  const chain = (headers.get("x-forwarded-for") ?? "").split(",").map((s) => s.trim()).filter(
    Boolean,
  );
  for (const address of chain.reverse()) {
    if (!isInNetworks(address, trustedProxies)) return address;
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
