import type { Clock } from "@/lib/platform/clock.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import { SENSITIVE_KINDS, type SensitiveKind } from "./sensitive.ts";
import type { MemorySettings, MemorySettingsChange } from "./schema.ts";

interface Row {
  automatic: MemorySettings["automatic"];
  allowed: string[];
  pausedUntil: Date | null;
}

const DEFAULTS: Row = { automatic: "on", allowed: [], pausedUntil: null };
const PAUSES = { hour: 3_600_000, day: 86_400_000 } as const;

/** How far memory may go by itself, for the rules of this room. */
export interface Consent {
  automatic: MemorySettings["automatic"];
  allowed: SensitiveKind[];
  paused: boolean;
}

/** What the owner lets memory do by itself, at a time. */
export async function consentOf(tx: Tx, userId: string, now: Date): Promise<Consent> {
  const row = await find(tx, userId);
  return {
    automatic: row.automatic,
    allowed: SENSITIVE_KINDS.filter((kind) => row.allowed.includes(kind)),
    paused: row.pausedUntil !== null && row.pausedUntil > now,
  };
}

async function find(tx: Tx, userId: string): Promise<Row> {
  const [row] = await tx<Row[]>`
    select automatic, allowed, paused_until from memory_settings where user_id = ${userId}`;
  return row ?? DEFAULTS;
}

/** Marks what a search can find as changed (MEM-72). */
export async function raiseVersion(tx: Tx, userId: string, at: Date): Promise<void> {
  await tx`insert into memory_settings (user_id, version, updated_at) values (${userId}, 1, ${at})
    on conflict (user_id) do update set version = memory_settings.version + 1`;
}

/** The same for the owner whom the transaction is bound to. */
export async function raiseOwnVersion(tx: Tx, at: Date): Promise<void> {
  await tx`insert into memory_settings (user_id, version, updated_at)
    select app_user_id(), 1, ${at}
    on conflict (user_id) do update set version = memory_settings.version + 1`;
}

/** The number of changes so far. */
export async function versionOf(tx: Tx, userId: string): Promise<number> {
  const [row] = await tx<{ version: number }[]>`
    select version from memory_settings where user_id = ${userId}`;
  return row?.version ?? 0;
}

/** Reads and changes the settings of memory (MEM-34). */
export function createMemorySettings({ db, clock }: { db: Database; clock: Clock }) {
  const view = (row: Row): MemorySettings => ({
    automatic: row.automatic,
    allowed: SENSITIVE_KINDS.filter((kind) => row.allowed.includes(kind)),
    pausedUntil: row.pausedUntil && row.pausedUntil > clock.now()
      ? row.pausedUntil.toISOString()
      : null,
  });
  return {
    get: (userId: string): Promise<MemorySettings> =>
      db.asUser(userId, async (tx) => view(await find(tx, userId))),

    change: (userId: string, change: MemorySettingsChange): Promise<MemorySettings> =>
      db.asUser(userId, async (tx) => {
        const now = clock.now();
        const before = await find(tx, userId);
        const pausedUntil = change.pause === undefined
          ? before.pausedUntil
          : change.pause === null
          ? null
          : new Date(now.getTime() + PAUSES[change.pause]);
        const row = {
          automatic: change.automatic ?? before.automatic,
          allowed: change.allowed ?? before.allowed,
          pausedUntil,
        };
        await tx`insert into memory_settings (user_id, automatic, allowed, paused_until, version,
            updated_at)
          values (${userId}, ${row.automatic}, ${row.allowed}::text[], ${pausedUntil}, 1, ${now})
          on conflict (user_id) do update set automatic = excluded.automatic,
            allowed = excluded.allowed, paused_until = excluded.paused_until,
            version = memory_settings.version + 1, updated_at = excluded.updated_at`;
        return view(row);
      }),
  };
}
