import type { Quota, QuotaFigure, QuotaLevel } from "../contract.ts";

/** Events of the window by which the islands of a page tell each other of the allowance. */
export const FIGURES = "nova:figures";
/** The same, when it was read anew and not learnt from a turn. */
export const QUOTA = "nova:quota";

/** The figures of the day, in the shape in which a turn reports them. */
export function figuresOf(quota: Quota): QuotaFigure[] {
  return (["llm_tokens", "messages"] as const).map((resource) => {
    const { used, limit, percentage } = quota.resources[resource];
    const level: QuotaLevel = quota.warnings.find((one) => one.resource === resource)?.level ??
      "ok";
    return { resource, used, limit, percentage, resetsAt: quota.resetsAt, level };
  });
}
