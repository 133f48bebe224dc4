import { Problem } from "@/lib/platform/problem.ts";
import { type EffectivePlan, UPGRADE_URL } from "@/lib/plans/mod.ts";
import { humanBytes } from "./bytes.ts";
import { nextUtcMidnight, type Resource } from "./quota.ts";

/** What was asked for and does not fit. */
export interface Refusal {
  plan: EffectivePlan;
  resource: Resource;
  used: number;
  /** Held by other operations under way. */
  reserved: number;
  limit: number;
  requested: number;
  now: Date;
}

/** 429 `quota_exceeded` in words: what happened, when it ends, what can be done (USE-29). */
export function quotaProblem(refusal: Refusal): Problem {
  const { resource, used, limit, requested, plan, now } = refusal;
  const resetsAt = nextUtcMidnight(now);
  const what = resource === "messages" ? "messages" : "tokens";
  const held = refusal.reserved > 0 ? `, ${refusal.reserved} are held by running answers` : "";
  return new Problem(
    "quota_exceeded",
    429,
    "Today's allowance is used up",
    `${used} of ${limit} ${what} are used${held}, and this needs ${requested}. Reading, search and ` +
      "settings still work; the allowance starts anew at 00:00 UTC, or choose a larger plan",
    {
      resource,
      used,
      limit,
      requested,
      resetsAt: resetsAt.toISOString(),
      plan,
      upgradeUrl: UPGRADE_URL,
      retryAfterSeconds: Math.max(1, Math.ceil((resetsAt.getTime() - now.getTime()) / 1000)),
    },
  );
}

/** 429 `quota_exceeded` for a personal key that has used up its own budget (ACC-92). */
export function keyProblem(refusal: Omit<Refusal, "resource">): Problem {
  const { used, limit, requested } = refusal;
  const { extra } = quotaProblem({ ...refusal, resource: "llm_tokens" });
  const held = refusal.reserved > 0 ? `, ${refusal.reserved} are held by running answers` : "";
  return new Problem(
    "quota_exceeded",
    429,
    "The key's budget for today is used up",
    `${used} of the ${limit} tokens of this API key are used${held}, and this needs ${requested}. ` +
      "The budget starts anew at 00:00 UTC; its owner can change it",
    { ...extra, upgradeUrl: "/settings/keys" },
  );
}

/** 429 `quota_exceeded` for storage, which no midnight empties. */
export function storageProblem(
  refusal: Pick<Refusal, "plan" | "used" | "limit" | "requested"> & {
    /** Of several things at once, how many would fit. */
    fits?: number;
  },
): Problem {
  const { used, limit, fits } = refusal;
  return new Problem(
    "quota_exceeded",
    429,
    "The memory storage of your plan is full",
    `${humanBytes(used)} of ${humanBytes(limit)} are used${
      fits === undefined ? "" : `; ${fits} of these facts would fit`
    }. ` +
      "Forget something, or choose a larger plan",
    {
      resource: "memory_storage",
      used,
      limit,
      requested: refusal.requested,
      ...(fits === undefined ? {} : { fits }),
      resetsAt: null,
      plan: refusal.plan,
      upgradeUrl: UPGRADE_URL,
    },
  );
}
