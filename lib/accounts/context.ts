import type { AppEnv } from "@/lib/platform/config.ts";
import type { Clock } from "@/lib/platform/clock.ts";
import type { PurposeKey, Sealer } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource, Random } from "@/lib/platform/ids.ts";
import type { Kv } from "@/lib/platform/kv.ts";
import type { Log } from "@/lib/platform/log.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import type { Outbox } from "@/lib/platform/outbox.ts";
import type { PasswordHasher } from "@/lib/platform/password.ts";
import { Problem } from "@/lib/platform/problem.ts";
import type { Entitlements } from "@/lib/plans/mod.ts";
import type { AccessTokens } from "./access_token.ts";
import type { Audit } from "./audit.ts";
import type { DeviceCookie, SessionCookie } from "./cookie.ts";
import type { createMails, Mails } from "./mails.ts";
import type { StateCache } from "./state_cache.ts";
import type { LoginThrottle } from "./throttle.ts";

/** What the parts of this room share. */
export interface AccountContext {
  db: Database;
  kv: Kv;
  clock: Clock;
  ids: IdSource;
  random: Random;
  log: Log;
  metrics: Metrics;
  outbox: Outbox;
  hasher: PasswordHasher;
  throttle: LoginThrottle;
  /** Keyed hashes of addresses for the throttle. */
  throttleKey: PurposeKey;
  access: AccessTokens;
  audit: Audit;
  mails: Mails;
  /** Seals secrets of second factors. */
  seal: Sealer;
  cookie: SessionCookie;
  deviceCookie: DeviceCookie;
  /** Sessions, families and keys that were looked up in the last seconds. */
  cache: StateCache;
  options: AccountOptions;
}

/** How accounts behave on this installation. */
export interface AccountOptions {
  appEnv: AppEnv;
  baseUrl: string;
  registration: { mode: "open" | "closed"; enumeration: "allow" | "deny" };
  supportEmail: string | undefined;
  autoVerify: boolean;
  /** Switches of the anomaly rules (ACC-124). */
  rules: {
    newDevice: boolean;
    usageSpike: boolean;
    wideReading: boolean;
    credentialStuffing: boolean;
    keyAbuse: boolean;
  };
  /** Told when somebody's place in the model's queue changes. */
  entitlements?: Pick<Entitlements, "markChanged" | "forget">;
  /** Hears of each mail in its transaction. */
  onMail?: Parameters<typeof createMails>[0]["onQueue"];
  /** What others do in the transaction of a registration (the school, the welcome). */
  onRegister?: (tx: Tx, user: { id: string; email: string }) => Promise<void>;
  /** What others do in the transaction of a change of settings (the turns that are searched). */
  onSettings?: (
    tx: Tx,
    user: { id: string },
    change: { before: Record<string, unknown>; after: Record<string, unknown> },
  ) => Promise<void>;
  /** What others end when an account is closed (the subscription, public pages). */
  onClose?: (tx: Tx, user: { id: string }) => Promise<void>;
  /** What others take back of a person before the account's rows go (payment events). */
  onErase?: (tx: Tx, user: { id: string; emailNormalized: string }) => Promise<void>;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** To whom a mail goes, and in which language. */
export function addressee(
  user: { email: string; displayName: string; locale: string },
): { to: string; name: string; locale: string } {
  return { to: user.email, name: user.displayName, locale: user.locale };
}

/** A moment in words of the person's language and zone, for mails. */
export function spoken(at: Date, reader: { locale: string; timeZone: string }): string {
  try {
    return new Intl.DateTimeFormat(reader.locale, {
      dateStyle: "long",
      timeStyle: "short",
      timeZone: reader.timeZone,
    }).format(at) + ` (${reader.timeZone})`;
  } catch {
    return at.toISOString();
  }
}

/** 401 `credentials_invalid`: the same for every account that is not there and every wrong secret. */
export function wrongCredentials(): Problem {
  return new Problem(
    "credentials_invalid",
    401,
    "Sign-in failed",
    "The e-mail or the password is not right",
  );
}

/** 400 `link_invalid`. */
export function linkInvalid(): Problem {
  return new Problem(
    "link_invalid",
    400,
    "This link does not work any more",
    "It was used, replaced by a newer one, or has run out. Ask for a new one",
  );
}

/** 401 for a credential that was shown and does not count. */
export function tokenProblem(code: "token_invalid" | "token_expired"): Problem {
  return new Problem(
    code,
    401,
    "You are not signed in",
    code === "token_expired"
      ? "The sign-in has run out; refresh it or sign in again"
      : "The session has ended; sign in again",
  );
}
