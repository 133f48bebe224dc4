import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { Context } from "../context.ts";
import type { Middleware } from "../types.ts";

/** Addresses and subnets (`10.0.0.0/8`). What is denied stays denied. */
export interface IpFilterRules {
  denyList?: string[];
  /** With an allow list, everything else is blocked. */
  allowList?: string[];
}

/** Whose request was blocked. */
export interface IpFilterRemote {
  addr: string;
  type: "IPv4" | "IPv6";
}

/** Options of `ipFilter()`. */
export interface IpFilterOptions<State = unknown> {
  /** Answers blocked requests. Default: 403. */
  onBlocked?: (remote: IpFilterRemote, ctx: Context<State>) => Response | Promise<Response>;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  if (isIPv4(address)) return "ipv4";
  if (isIPv6(address)) return "ipv6";
  throw new TypeError(`"${address}" is not an IP address`);
}

function toBlockList(rules: string[]): BlockList {
  const list = new BlockList();
  for (const rule of rules) {
    if (rule === "*") {
      list.addSubnet("0.0.0.0", 0, "ipv4");
      list.addSubnet("::", 0, "ipv6");
      continue;
    }
    const [address, prefix] = rule.split("/");
    const family = familyOf(address!);
    if (prefix === undefined) list.addAddress(address!, family);
    else list.addSubnet(address!, Number(prefix), family);
  }
  return list;
}

/** IPv4 addresses that arrive on an IPv6 socket are matched as IPv4. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

/**
 * Lets requests pass or not by the address of the connection. Deny rules win.
 * Connections without an address (Unix sockets) are blocked.
 * @throws TypeError for a rule that is no address.
 */
export function ipFilter<State>(
  rules: IpFilterRules,
  options: IpFilterOptions<State> = {},
): Middleware<State> {
  const denied = toBlockList(rules.denyList ?? []);
  const allowed = rules.allowList?.length ? toBlockList(rules.allowList) : null;
  const block = (remote: IpFilterRemote, ctx: Context<State>) =>
    options.onBlocked?.(remote, ctx) ??
      new Response("Forbidden", { status: 403 });

  return async function ipFilter(ctx) {
    const { remoteAddr } = ctx.info;
    const addr = "hostname" in remoteAddr ? plain(remoteAddr.hostname) : "";
    const type = addr.includes(":") ? "IPv6" : "IPv4";
    if (!isIPv4(addr) && !isIPv6(addr)) return await block({ addr, type }, ctx);
    const family = familyOf(addr);
    const isBlocked = denied.check(addr, family) ||
      (allowed !== null && !allowed.check(addr, family));
    return isBlocked ? await block({ addr, type }, ctx) : await ctx.next();
  };
}
