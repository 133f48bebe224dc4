/** The services that tokens are issued to. */
export const SERVICE_NAMES = [
  "edge",
  "reflection-job",
  "distillation-job",
  "gpu-gateway",
  "mcp",
  "metrics-scraper",
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** What can be done with a resource. */
export const ACTIONS = ["read", "write", "delete", "invoke", "report"] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * What each service may do (ACC-108), as `action:resource[:modifier]`. A scope without modifier
 * covers the resource's parts; one with a modifier covers that part alone. No scope opens
 * administration: nothing here names keys, roles, policy versions or subscriptions (ACC-112).
 */
export const CAPABILITIES: { readonly [S in ServiceName]: readonly string[] } = {
  "edge": [
    "read:chat",
    "write:chat",
    "read:memory",
    "write:memory",
    "read:school",
    "write:school",
    "read:study",
    "write:study",
    "read:usage",
    "write:usage",
    "read:policy",
    "read:billing",
    "invoke:model",
  ],
  "reflection-job": [
    "read:chat:turn",
    "read:policy",
    "write:reflection",
    "invoke:policy:check",
    "invoke:model",
    "write:usage:system_tokens",
  ],
  "distillation-job": [
    "read:reflection",
    "read:memory",
    "read:policy",
    "read:chat:cited",
    "read:users:settings",
    "write:memory",
    "write:learned",
    "delete:memory:expired",
    "invoke:model",
    "write:usage:system_tokens",
  ],
  "gpu-gateway": ["report:model:health"],
  "mcp": [
    "read:memory",
    "read:study",
    "read:school",
    "write:memory:proposals",
    "invoke:chat:turn",
  ],
  "metrics-scraper": ["read:metrics"],
};

/** Services that act for a person alone: without a signed actor they may do nothing. */
const BOUND_TO_ACTOR: ReadonlySet<string> = new Set(["mcp"]);

const SCOPE = /^(read|write|delete|invoke|report):[a-z_]+(?::[a-z_]+)?$/;

/** Whether a text has the form of a scope (ACC-101). */
export function isScope(text: string): boolean {
  return SCOPE.test(text);
}

/** Whether a granted scope covers a wanted one. */
export function covers(granted: string, wanted: string): boolean {
  if (granted === wanted) return isScope(wanted);
  const [action, resource, modifier] = granted.split(":");
  if (modifier !== undefined) return false;
  return isScope(wanted) && wanted.startsWith(`${action}:${resource}:`);
}

/** Whether a name is that of a service. */
export function isService(name: string): name is ServiceName {
  return Object.hasOwn(CAPABILITIES, name);
}

/** Whether the matrix lets a service hold a scope. Unknown services and scopes are denied. */
export function mayHold(service: string, scope: string): boolean {
  return isService(service) && CAPABILITIES[service].some((granted) => covers(granted, scope));
}

/**
 * Whether a caller may do what `scope` names: its token holds it, the matrix still lists it, and a
 * service that is bound to people names one. The same check serves calls inside one process.
 */
export function mayCall(
  caller: { service: string; scopes: readonly string[]; actor: string | null },
  scope: string,
): boolean {
  if (!caller.scopes.some((granted) => covers(granted, scope))) return false;
  if (BOUND_TO_ACTOR.has(caller.service) && caller.actor === null) return false;
  return mayHold(caller.service, scope);
}
