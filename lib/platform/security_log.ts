import type { Tx } from "./database/mod.ts";

/** Something a room below the accounts has to tell the security log; no secret, no text of people. */
export interface SecurityNote {
  category: "billing" | "admin";
  /** Stable name, for example `plan_changed`. */
  event: string;
  severity?: "low" | "medium" | "high";
  result?: "ok" | "refused";
  actor: { kind: "system" } | { kind: "admin"; id: string };
  /** The account it is about, in whose history it appears. */
  userId?: string;
  details?: Record<string, unknown>;
}

/**
 * Adds an entry to the security log, in the caller's transaction. It locks the head of a chain that
 * everybody shares: call it last.
 */
export type NoteSecurity = (tx: Tx, note: SecurityNote) => Promise<unknown>;

/** Where there is no security log, for example in a test of one room. */
export const noSecurityLog: NoteSecurity = () => Promise.resolve();
