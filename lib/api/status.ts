import type { Clock } from "@/lib/platform/clock.ts";

/** State of a part of the product. */
export type ComponentState = "online" | "degraded" | "offline";

/** What a probe found. */
export interface ProbeResult {
  state: ComponentState;
  note?: string | null;
}

/** The parts `/api/status` reports, in order. */
export const COMPONENTS = [
  "web",
  "database",
  "kv",
  "jobs",
  "model",
  "embeddings",
  "payments",
  "mail",
  "policy",
  "backups",
] as const;
export type Component = (typeof COMPONENTS)[number];

/** A part as reported. */
export interface ComponentReport {
  state: ComponentState;
  latencyMs: number;
  since: string;
  note: string | null;
}

/** The answer of `/api/status`. */
export interface StatusReport {
  status: ComponentState;
  version: string;
  commit: string;
  startedAt: string;
  components: Record<Component, ComponentReport>;
  standIns: { component: string; label: string }[];
  checkedAt: string;
}

const PROBE_LIMIT_MS = 3_000;
const CACHE_MS = 10_000;

/** What is asked for the report. */
export interface StatusOptions {
  clock: Clock;
  version: string;
  commit: string;
  startedAt: Date;
  probes: Record<Component, () => Promise<ProbeResult> | ProbeResult>;
  standIns: () => { component: string; label: string }[];
}

/** Asks every part, each at most three seconds, and keeps the answer for ten. */
export function createStatus(options: StatusOptions): { report(): Promise<StatusReport> } {
  const { clock } = options;
  const since = new Map<Component, { state: ComponentState; at: Date }>();
  let cached: { report: Promise<StatusReport>; until: number } | null = null;

  async function ask(component: Component): Promise<[Component, ComponentReport]> {
    const started = clock.monotonic();
    let cancel = () => {};
    const limit = new Promise<ProbeResult>((resolve) => {
      cancel = clock.after(
        PROBE_LIMIT_MS,
        () => resolve({ state: "offline", note: "It does not answer in time" }),
      );
    });
    const asked = Promise.resolve().then(() => options.probes[component]())
      .catch((): ProbeResult => ({ state: "offline", note: null }));
    const result = await Promise.race([asked, limit]);
    cancel();
    const known = since.get(component);
    if (known?.state !== result.state) {
      since.set(component, { state: result.state, at: clock.now() });
    }
    return [component, {
      state: result.state,
      latencyMs: Math.round(clock.monotonic() - started),
      since: since.get(component)!.at.toISOString(),
      note: result.note ?? null,
    }];
  }

  async function make(): Promise<StatusReport> {
    const components = Object.fromEntries(await Promise.all(COMPONENTS.map(ask))) as Record<
      Component,
      ComponentReport
    >;
    const states = Object.values(components).map((component) => component.state);
    const broken = components.database.state === "offline";
    const status = broken
      ? "offline"
      : states.some((state) => state !== "online")
      ? "degraded"
      : "online";
    return {
      status,
      version: options.version,
      commit: options.commit,
      startedAt: options.startedAt.toISOString(),
      components,
      standIns: options.standIns(),
      checkedAt: clock.now().toISOString(),
    };
  }

  return {
    report() {
      const now = clock.monotonic();
      if (!cached || cached.until <= now) cached = { report: make(), until: now + CACHE_MS };
      return cached.report;
    },
  };
}
