import { closest } from "./closest.ts";

/** A limit of a rate class: `count` requests in `windowSeconds`. */
export interface RateLimit {
  count: number;
  windowSeconds: number;
}

/** The classes of requests and their default limits, as written in `RATE_<CLASS>`. */
export const RATE_CLASSES = {
  REGISTER: "3/h",
  LOGIN: "30/m",
  RESET: "5/15m",
  VERIFY: "5/15m",
  RESEND: "3/h",
  REFRESH: "30/m",
  TWO_FACTOR: "5/15m",
  WEB_READ: "240/m",
  WEB_WRITE: "60/m",
  CHAT_ESTIMATE: "60/m",
  CHAT_SEARCH: "60/m",
  MEMORY_SEARCH: "60/m",
  MEMORY_WRITE: "30/m",
  IMPORT: "3/h",
  EXPORT: "1/d",
  GENERATION: "6/m",
  GENERATION_HOURLY: "30/h",
  CHALLENGE_RUN: "60/h",
  CHALLENGE_SUBMIT: "10/10m",
  POLICY_VALIDATE: "30/m",
  PUBLIC: "60/m",
  CHECKOUT: "10/h",
  WEBHOOK: "100/m",
  WEBHOOK_HOURLY: "1000/h",
  ADMIN: "120/m",
  ANONYMOUS: "60/m",
  INSTANCE_PER_IP: "600/m",
} as const;

export type RateClass = keyof typeof RATE_CLASSES;

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Parses `<count>/<window>`; `-1` gives null (unlimited), another form undefined. */
export function parseRate(text: string): RateLimit | null | undefined {
  if (text === "-1") return null;
  const match = /^([1-9]\d{0,8})\/([1-9]\d{0,4})?([smhd])$/.exec(text);
  if (!match) return undefined;
  const unit = SECONDS[match[3] as keyof typeof SECONDS];
  return { count: Number(match[1]), windowSeconds: Number(match[2] ?? 1) * unit };
}

/** Reads `RATE_*` over the defaults; faults are added to `faults`. Keys are `RATE_<CLASS>`. */
export function rateVariables(
  env: Record<string, string | undefined>,
  faults: string[],
): Record<string, RateLimit | null> {
  const values: Record<string, RateLimit | null> = {};
  for (const [name, text] of Object.entries(RATE_CLASSES)) {
    values[`RATE_${name}`] = parseRate(text)!;
  }
  for (const [name, given] of Object.entries(env)) {
    if (!name.startsWith("RATE_") || !given) continue;
    if (!(name in values)) {
      const near = closest(name, Object.keys(values));
      faults.push(
        `${name}: there is no such class of requests${near ? `; did you mean ${near}?` : ""}`,
      );
      continue;
    }
    const parsed = parseRate(given);
    if (parsed === undefined) {
      faults.push(`${name}: ${JSON.stringify(given)} is not of the form 30/m, 5/15m or -1`);
    } else values[name] = parsed;
  }
  return values;
}
