import type { Gauge as PromGauge, Registry } from "prom-client";

/** Values of a metric's labels. Never user, session, e-mail, key or free text. */
export type Labels = Record<string, string | number>;

/** A number that only grows. */
export interface Counter {
  add(amount?: number, labels?: Labels): void;
}

/** A number that goes up and down. */
export interface Gauge {
  set(value: number, labels?: Labels): void;
}

/** A distribution, in the unit of its name (`_seconds`, `_bytes`). */
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** What a gauge shows when it is read: one value, or one for each set of labels. */
export type Reading = number | readonly { labels: Labels; value: number }[];

/** Where rooms register what they measure. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(
    name: string,
    help: string,
    options?: { labels?: readonly string[]; collect?: () => Reading | Promise<Reading> },
  ): Gauge;
  histogram(
    name: string,
    help: string,
    options?: { labels?: readonly string[]; buckets?: readonly number[] },
  ): Histogram;
  /**
   * Loads the library that counts, which takes longer than all else on the way to the first answer
   * of a starting process. What is counted before is kept and counted then.
   */
  load(): Promise<void>;
  /** The Prometheus text format, version 0.0.4. */
  text(): Promise<string>;
}

const DEFAULT_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5];

type Prom = typeof import("prom-client");

/** Metrics of one running app, so that two apps in one test process do not mix their numbers. */
export function createMetrics(): Metrics {
  const known = new Map<string, unknown>();
  let registry: Registry | undefined;
  let library: Prom | undefined;
  let loading: Promise<void> | undefined;
  let waiting: ((prom: Prom) => void)[] = [];

  function load(): Promise<void> {
    return loading ??= import("prom-client").then(({ default: prom }) => {
      registry = new prom.Registry();
      library = prom;
      for (const work of waiting) work(prom);
      waiting = [];
    });
  }

  /** Now, or as soon as the library is there, in the order of the calls. */
  function soon(work: (prom: Prom) => void): void {
    if (library) work(library);
    else waiting.push(work);
  }

  /** A metric that is made once, and what is done with it. */
  function once<M, T>(
    name: string,
    make: (prom: Prom) => M,
    face: (use: (work: (metric: M) => void) => void) => T,
  ): T {
    if (!known.has(name)) {
      let metric: M;
      soon((prom) => metric = make(prom));
      known.set(name, face((work) => soon(() => work(metric))));
    }
    return known.get(name) as T;
  }

  return {
    counter: (name, help, labels = []) =>
      once(
        name,
        (prom) => new prom.Counter({ name, help, labelNames: labels, registers: [registry!] }),
        (use): Counter => ({
          add: (amount = 1, values = {}) => use((metric) => metric.inc(values, amount)),
        }),
      ),
    gauge: (name, help, { labels = [], collect } = {}) =>
      once(
        name,
        (prom) => {
          const metric: PromGauge = new prom.Gauge({
            name,
            help,
            labelNames: labels,
            registers: [registry!],
            ...(collect
              ? {
                collect: async () => {
                  const found = await collect();
                  if (typeof found === "number") return metric.set(found);
                  for (const { labels, value } of found) metric.set(labels, value);
                },
              }
              : {}),
          });
          return metric;
        },
        (use): Gauge => ({
          set: (value, values = {}) => use((metric) => metric.set(values, value)),
        }),
      ),
    histogram: (name, help, { labels = [], buckets = DEFAULT_BUCKETS } = {}) =>
      once(
        name,
        (prom) =>
          new prom.Histogram({
            name,
            help,
            labelNames: labels,
            buckets: [...buckets],
            registers: [registry!],
          }),
        (use): Histogram => ({
          observe: (value, values = {}) => use((metric) => metric.observe(values, value)),
        }),
      ),
    load,
    async text() {
      await load();
      return await registry!.metrics();
    },
  };
}
