/** What a series of measurements comes to. All figures have the unit of the values. */
export interface Summary {
  n: number;
  /** Close to what a quiet machine would give. */
  p10: number;
  p50: number;
  p95: number;
  max: number;
}

/** The value below which `share` (0..1) of the values lie; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const rest = at - below;
  return sorted[below]! * (1 - rest) + (sorted[below + 1] ?? sorted[below]!) * rest;
}

/** Median, 95th percentile and greatest of a series. */
export function summary(values: readonly number[]): Summary {
  return {
    n: values.length,
    p10: round(quantile(values, 0.1)),
    p50: round(quantile(values, 0.5)),
    p95: round(quantile(values, 0.95)),
    max: round(Math.max(...values)),
  };
}

/** To a thousandth, so that reports stay readable. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
