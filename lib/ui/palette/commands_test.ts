import { expect } from "expect";
import { choose, type Command, fit, usedNow } from "./commands.ts";

const command = (id: string, label: string): Command => ({
  id,
  label,
  icon: "chat",
  group: "goTo",
  act: { kind: "go", href: `/${id}` },
});
const COMMANDS = [
  command("chat", "Chat"),
  command("new", "New conversation"),
  command("memory", "Memory"),
  command("settings", "Settings"),
  command("system", "Theme of the device"),
];
const ids = (query: string, recent: string[] = []) =>
  choose(COMMANDS, { query, recent }).map(({ id }) => id);

Deno.test("[UI-41] letters in order find a command, beginnings of words first", () => {
  expect(ids("nc")).toEqual(["new"]);
  expect(ids("te")[0]).toBe("system");
  expect(ids("set")[0]).toBe("settings");
  expect(ids("xyz")).toEqual([]);
  expect(fit("mem", "Memory")!).toBeGreaterThan(fit("mem", "Theme of the memory")!);
});

Deno.test("[UI-41] what was used recently comes first when nothing is typed, and decides between equals", () => {
  expect(ids("", ["settings", "chat"])).toEqual(["settings", "chat", "new", "memory", "system"]);
  expect(choose(COMMANDS, { query: "", recent: ["settings"] })[0]!.group).toBe("recent");
  expect(usedNow(["a", "b", "c", "d", "e"], "c")).toEqual(["c", "a", "b", "d", "e"]);
  expect(usedNow(["a", "b", "c", "d", "e"], "f")).toEqual(["f", "a", "b", "c", "d"]);
});
