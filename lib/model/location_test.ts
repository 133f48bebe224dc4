import { expect } from "expect";
import { FakeClock } from "../platform/clock.ts";
import { detectLocalOllama } from "./detect.ts";
import { hostLocation } from "./location.ts";

Deno.test("[CHT-81] hosts on the operator's own machines are local, all others remote", () => {
  const local = [
    "http://127.0.0.1:11434",
    "http://[::1]:11434",
    "http://ollama:11434",
    "http://10.1.2.3",
    "https://192.168.0.5",
    "http://172.31.0.1",
    "http://[fd00::1]",
    "http://gpu.internal",
  ];
  const remote = [
    "https://ollama.com",
    "http://172.32.0.1",
    "http://8.8.8.8",
    "http://[2001:db8::1]",
  ];
  for (const url of local) expect([url, hostLocation(url)]).toEqual([url, "local"]);
  for (const url of remote) expect([url, hostLocation(url)]).toEqual([url, "remote"]);
});

Deno.test("an Ollama on this machine is found, and its absence takes half a second at most", async () => {
  const clock = new FakeClock();
  const found = await detectLocalOllama({
    clock,
    fetch: () => Promise.resolve(Response.json({ version: "0.12.3" })),
  });
  expect(found).toEqual({ version: "0.12.3" });
  const silent = detectLocalOllama({ clock, fetch: () => new Promise(() => {}) });
  await clock.advance(500);
  expect(await silent).toBeNull();
  const other = await detectLocalOllama({
    clock,
    fetch: () => Promise.resolve(new Response("<html>")),
  });
  expect(other).toBeNull();
  expect(clock.pending).toBe(0);
});
