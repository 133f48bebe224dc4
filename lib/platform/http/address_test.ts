import { expect } from "expect";
import { addressKey, clientAddress, isNetwork } from "./address.ts";

const via = (forwarded: string) => new Headers({ "x-forwarded-for": forwarded });

Deno.test("[ACC-25] forwarding headers count only from a trusted proxy", () => {
  expect(clientAddress("203.0.113.9", via("10.1.1.1"), [])).toBe("203.0.113.9");
  expect(clientAddress("203.0.113.9", via("10.1.1.1"), ["10.0.0.0/8"])).toBe("203.0.113.9");
  expect(clientAddress("10.0.0.5", via("203.0.113.9"), ["10.0.0.5"])).toBe("203.0.113.9");
  expect(clientAddress("10.0.0.5", new Headers(), ["10.0.0.5"])).toBe("10.0.0.5");
});

Deno.test("[ACC-25] what a client puts in front of the chain is not believed", () => {
  const trusted = ["10.0.0.0/8"];
  expect(clientAddress("10.0.0.5", via("1.2.3.4, 203.0.113.9"), trusted)).toBe("203.0.113.9");
  expect(clientAddress("10.0.0.5", via("1.2.3.4, 203.0.113.9, 10.0.0.7"), trusted))
    .toBe("203.0.113.9");
  expect(clientAddress("10.0.0.5", via("10.0.0.8, 10.0.0.7"), trusted)).toBe("10.0.0.5");
});

Deno.test("networks of both families are understood", () => {
  const forwarded = via("203.0.113.9");
  const cases: [peer: string, trusted: string, believed: boolean][] = [
    ["10.255.0.1", "10.0.0.0/8", true],
    ["11.0.0.1", "10.0.0.0/8", false],
    ["172.31.255.255", "172.16.0.0/12", true],
    ["172.32.0.0", "172.16.0.0/12", false],
    ["192.0.2.7", "192.0.2.7/32", true],
    ["192.0.2.8", "192.0.2.7/32", false],
    ["fd12::1", "fd00::/8", true],
    ["fe80::1", "fd00::/8", false],
    ["::1", "::1", true],
    ["0:0:0:0:0:0:0:1", "::1", true],
    ["::ffff:10.0.0.1", "10.0.0.0/8", true],
    ["localhost", "127.0.0.1", false],
  ];
  for (const [peer, trusted, believed] of cases) {
    expect({ peer, trusted, client: clientAddress(peer, forwarded, [trusted]) })
      .toEqual({ peer, trusted, client: believed ? "203.0.113.9" : peer });
  }
});

Deno.test("[OPS-7] what is no network is told apart, and trusts nobody", () => {
  for (const text of ["10.0.0.0/8", "10.0.0.1", "::1", "fd00::/8", "0.0.0.0/0", "::/0"]) {
    expect({ text, is: isNetwork(text) }).toEqual({ text, is: true });
  }
  for (
    const text of ["", "*", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "fd00::/129"]
      .concat("10.0.0", "proxy.local", "10.0.0.0/x")
  ) {
    expect({ text, is: isNetwork(text) }).toEqual({ text, is: false });
    expect(clientAddress("10.0.0.5", via("203.0.113.9"), [text])).toBe("10.0.0.5");
  }
});

Deno.test("[ACC-25] IPv6 counts by its /64, IPv4 by itself", () => {
  const cases: [address: string, key: string][] = [
    ["203.0.113.9", "203.0.113.9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:0:0:9::", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
  ];
  for (const [address, key] of cases) {
    expect({ address, key: addressKey(address) }).toEqual({ address, key });
  }
});
