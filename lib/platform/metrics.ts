import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from "prom-client";

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

/** Where rooms register what they measure. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(
    name: string,
    help: string,
    options?: { labels?: readonly string[]; collect?: () => number | Promise<number> },
  ): Gauge;
  histogram(
    name: string,
    help: string,
    options?: { labels?: readonly string[]; buckets?: readonly number[] },
  ): Histogram;
  /** The Prometheus text format, version 0.0.4. */
  text(): Promise<string>;
}

const DEFAULT_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5];

/** Metrics of one running app, so that two apps in one test process do not mix their numbers. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const known = new Map<string, unknown>();
  function once<T>(name: string, make: () => T): T {
    if (!known.has(name)) known.set(name, make());
    return known.get(name) as T;
  }
  return {
    counter: (name, help, labels = []) =>
      once(name, () => {
        const metric = new PromCounter({ name, help, labelNames: labels, registers: [registry] });
        return { add: (amount = 1, values = {}) => metric.inc(values, amount) };
      }),
    gauge: (name, help, options = {}) =>
      once(name, () => {
        const metric: PromGauge = new PromGauge({
          name,
          help,
          labelNames: options.labels ?? [],
          registers: [registry],
          ...(options.collect ? { collect: async () => metric.set(await options.collect!()) } : {}),
        });
        return { set: (value, values = {}) => metric.set(values, value) };
      }),
    histogram: (name, help, options = {}) =>
      once(name, () => {
        const metric = new PromHistogram({
          name,
          help,
          labelNames: options.labels ?? [],
          buckets: [...(options.buckets ?? DEFAULT_BUCKETS)],
          registers: [registry],
        });
        return { observe: (value, values = {}) => metric.observe(values, value) };
      }),
    text: () => registry.metrics(),
  };
}
