import { expect } from "expect";
import {
  CAPABILITIES,
  covers,
  isScope,
  isService,
  mayCall,
  mayHold,
  SERVICE_NAMES,
} from "./capabilities.ts";

/** The table of the specification, written down once more by hand. */
const TABLE: Record<string, string> = {
  "edge": `read:chat write:chat read:memory write:memory read:school write:school read:study
    write:study read:usage write:usage read:policy read:billing invoke:model`,
  "reflection-job": `read:chat:turn read:policy write:reflection invoke:policy:check invoke:model
    write:usage:system_tokens`,
  "distillation-job": `read:reflection read:memory read:policy read:chat:cited read:users:settings
    write:memory write:learned delete:memory:expired invoke:model write:usage:system_tokens`,
  "gpu-gateway": "report:model:health",
  "mcp": "read:memory read:study read:school write:memory:proposals invoke:chat:turn",
  "metrics-scraper": "read:metrics",
};
const ACTIONS = ["read", "write", "delete", "invoke", "report"];
const RESOURCES = (
  "chat memory school study usage policy billing model reflection learned users metrics keys roles " +
  "tokens admin subscriptions versions"
).split(" ");
const listed = (service: string) => new Set(TABLE[service]!.split(/\s+/));

Deno.test("[ACC-108] each pair of caller and scope is granted when the table lists it, and only then", () => {
  expect(Object.keys(CAPABILITIES).sort()).toEqual([...SERVICE_NAMES].sort());
  for (const service of SERVICE_NAMES) {
    const scopes = new Set([...Object.values(TABLE).flatMap((text) => text.split(/\s+/))]);
    for (const action of ACTIONS) {
      for (const resource of RESOURCES) scopes.add(`${action}:${resource}`);
    }
    for (const scope of scopes) {
      const [action, resource] = scope.split(":");
      const whole = listed(service).has(scope) || listed(service).has(`${action}:${resource}`);
      expect({ service, scope, may: mayHold(service, scope) }).toEqual({
        service,
        scope,
        may: whole,
      });
      const caller = { service, scopes: [scope], actor: "somebody" };
      expect({ service, scope, may: mayCall(caller, scope) }).toEqual({
        service,
        scope,
        may: whole,
      });
    }
  }
});

Deno.test("[ACC-101] what is not a scope, a service or a resource of ours is denied", () => {
  for (
    const scope of [
      "",
      "read",
      "READ:chat",
      "read:chat:turn:more",
      "own:chat",
      "read:*",
      "read:Chat",
    ]
  ) {
    expect([scope, isScope(scope), mayHold("edge", scope)]).toEqual([scope, false, false]);
    expect(covers(scope, scope)).toBe(false);
  }
  expect(mayHold("nobody", "read:chat")).toBe(false);
  expect(isService("constructor")).toBe(false);
  expect(mayCall({ service: "nobody", scopes: ["read:chat"], actor: null }, "read:chat")).toBe(
    false,
  );
});

Deno.test("[ACC-112] reading and writing are two scopes, and a part does not give the whole", () => {
  expect(covers("write:memory", "read:memory")).toBe(false);
  expect(covers("read:chat", "read:chat:turn")).toBe(true);
  expect(covers("read:chat:turn", "read:chat")).toBe(false);
  expect(covers("read:chat", "read:chats")).toBe(false);
  expect(covers("read:chat", "read:chat:")).toBe(false);
});

Deno.test("[ACC-109] a service that acts for people may do nothing without one", () => {
  const scopes = ["read:memory"];
  expect(mayCall({ service: "mcp", scopes, actor: null }, "read:memory")).toBe(false);
  expect(mayCall({ service: "mcp", scopes, actor: "0198" }, "read:memory")).toBe(true);
  expect(mayCall({ service: "mcp", scopes: [], actor: "0198" }, "read:memory")).toBe(false);
});
