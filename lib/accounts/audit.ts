import type { Clock } from "@/lib/platform/clock.ts";
import { base64url, type PurposeKey, sha256Hex } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import { correlationId, requestOrigin } from "@/lib/platform/log.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { addressKey } from "@/lib/platform/http/address.ts";
import { takeCodePoints } from "@/lib/platform/text.ts";

/** Chains of the security log. */
export const AUDIT_CATEGORIES = [
  "authentication",
  "authorization",
  "data_access",
  "security",
  "billing",
  "admin",
] as const;
export type AuditCategory = (typeof AUDIT_CATEGORIES)[number];

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Who did something. */
export type AuditActor =
  | { kind: "user" | "admin"; id: string }
  | { kind: "host" | "system" | "anonymous" }
  | { kind: "service"; name: string };

/** Something worth keeping for security. It never holds a secret or a text of a person. */
export interface AuditEvent {
  category: AuditCategory;
  /** Stable name, for example `login_ok`. */
  event: string;
  severity?: Severity;
  /** `ok`, `refused` or `failed`. */
  result?: "ok" | "refused" | "failed";
  actor: AuditActor;
  /** The account it is about. */
  userId?: string | null;
  /** By default those of the request under way, where it is the person's own. */
  address?: string;
  userAgent?: string;
  /** What the product did about it by itself. */
  response?: string;
  details?: Record<string, unknown>;
}

/** An entry as people read it. */
export interface AuditEntry {
  id: string;
  at: Date;
  category: AuditCategory;
  event: string;
  severity: Severity;
  result: string;
  actorKind: string;
  actorId: string | null;
  userId: string | null;
  address: string | null;
  userAgent: string | null;
  correlationId: string | null;
  response: string | null;
  details: Record<string, unknown>;
}

/** A chain that was checked. */
export interface AuditCheck {
  category: AuditCategory;
  valid: boolean;
  rows: number;
  firstBad: { id: string; reason: "hash" | "link" | "missing" } | null;
}

const DAY = 24 * 3600_000;
/** Entries people and administrators can search. */
export const SEARCHABLE_MS = 90 * DAY;
/** Addresses are dropped after this long. */
const ADDRESS_MS = 30 * DAY;
/** How long entries are kept in all, by category (ACC-122). */
const KEPT_MS: Record<AuditCategory, number> = {
  authentication: (90 + 365) * DAY,
  authorization: (90 + 365) * DAY,
  data_access: (90 + 365) * DAY,
  security: (90 + 365) * DAY,
  billing: 8 * 365 * DAY,
  admin: 8 * 365 * DAY,
};

const ENTRY = [
  "id",
  "at",
  "category",
  "event",
  "severity",
  "result",
  "actor_kind",
  "actor_id",
  "user_id",
  "address",
  "user_agent",
  "correlation_id",
  "response",
  "details",
];

/** The security log. */
export type Audit = ReturnType<typeof createAudit>;

/** A log over one database; `refKey` makes the references that stay when a person is erased. */
export function createAudit(options: {
  db: Database;
  clock: Clock;
  ids: IdSource;
  metrics: Metrics;
  refKey: PurposeKey;
}) {
  const { db, clock, ids } = options;
  const events = options.metrics.counter("audit_event_total", "Entries of the security log", [
    "event_type",
  ]);

  /** The reference of an account: the same each time, and no way back from it. */
  const refOf = async (id: string) => base64url((await options.refKey.mac(id)).slice(0, 18));

  async function record(tx: Tx, entry: AuditEvent): Promise<string> {
    const actorId = entry.actor.kind === "user" || entry.actor.kind === "admin"
      ? entry.actor.id
      : null;
    const actorRef = entry.actor.kind === "service"
      ? entry.actor.name
      : actorId
      ? await refOf(actorId)
      : null;
    const from = isOwnAct(entry) ? requestOrigin() : undefined;
    const address = entry.address ?? from?.address;
    const userAgent = entry.userAgent ?? from?.userAgent;
    const userRef = entry.userId ? await refOf(entry.userId) : null;
    const [head] = await tx<{ sequence: number; hash: string }[]>`
      select sequence, hash from security_audit_heads where category = ${entry.category} for update`;
    const row = {
      id: ids(),
      category: entry.category,
      sequence: head!.sequence + 1,
      at: clock.now(),
      event: entry.event,
      severity: entry.severity ?? "low",
      result: entry.result ?? "ok",
      actorKind: entry.actor.kind,
      actorRef,
      userRef,
      correlationId: correlationId() ?? null,
      response: entry.response ?? null,
      details: entry.details ?? {},
      prevHash: head!.hash,
    };
    const hash = chainHash(row);
    await tx`insert into security_audit_log (id, category, sequence, at, event, severity, result,
        actor_kind, actor_id, actor_ref, user_id, user_ref, address, user_agent, correlation_id,
        response, details, prev_hash, hash)
      values (${row.id}, ${row.category}, ${row.sequence}, ${row.at}, ${row.event}, ${row.severity},
        ${row.result}, ${row.actorKind}, ${actorId}, ${actorRef}, ${
      entry.userId ?? null
    }, ${userRef},
        ${address ? truncated(address) : null},
        ${userAgent ? takeCodePoints(userAgent, 200) : null}, ${row.correlationId},
        ${row.response}, ${tx.json(row.details as never)}, ${row.prevHash}, ${hash})`;
    await tx`update security_audit_heads set sequence = ${row.sequence}, hash = ${hash}
      where category = ${entry.category}`;
    events.add(1, { event_type: entry.event });
    return row.id;
  }

  return {
    refOf,
    /** Adds an entry in the caller's transaction, which must be one of the system's. Call it last. */
    record,
    /** Adds an entry by itself. */
    note: (entry: AuditEvent): Promise<string> =>
      db.asSystem("accounts: audit", (tx) => record(tx, entry)),

    /** A person's own history, newest first. */
    own(
      userId: string,
      page: { limit: number; before: { at: Date; id: string } | null },
    ): Promise<AuditEntry[]> {
      const since = new Date(clock.now().getTime() - SEARCHABLE_MS);
      const { at, id } = page.before ?? { at: null, id: null };
      return db.asUser(userId, (tx) =>
        tx<AuditEntry[]>`select ${tx(ENTRY)} from security_audit_log
          where user_id = ${userId} and at >= ${since}
            and (${at}::timestamptz is null or (at, id) < (${at}::timestamptz, ${id}::uuid))
          order by at desc, id desc limit ${page.limit}`);
    },

    /** Entries for administrators. */
    search(filter: {
      userId?: string;
      event?: string;
      severity?: Severity;
      category?: AuditCategory;
      from?: Date;
      to?: Date;
      limit: number;
      before: { at: Date; id: string } | null;
    }): Promise<AuditEntry[]> {
      const oldest = new Date(clock.now().getTime() - SEARCHABLE_MS);
      const { at, id } = filter.before ?? { at: null, id: null };
      return db.asSystem(
        "accounts: audit search",
        (tx) =>
          tx<AuditEntry[]>`select ${tx(ENTRY)} from security_audit_log
          where at >= ${oldest}
            and (${filter.userId ?? null}::uuid is null or user_id = ${filter.userId ?? null}::uuid
              or actor_id = ${filter.userId ?? null}::uuid)
            and (${filter.event ?? null}::text is null or event = ${filter.event ?? null}::text)
            and (${filter.severity ?? null}::text is null
              or severity = ${filter.severity ?? null}::text)
            and (${filter.category ?? null}::text is null
              or category = ${filter.category ?? null}::text)
            and (${filter.from ?? null}::timestamptz is null
              or at >= ${filter.from ?? null}::timestamptz)
            and (${filter.to ?? null}::timestamptz is null
              or at < ${filter.to ?? null}::timestamptz)
            and (${at}::timestamptz is null or (at, id) < (${at}::timestamptz, ${id}::uuid))
          order by at desc, id desc limit ${filter.limit}`,
      );
    },

    /** Checks the chain of every category from its first kept entry on. */
    async verify(): Promise<AuditCheck[]> {
      const checks: AuditCheck[] = [];
      for (const category of AUDIT_CATEGORIES) {
        checks.push(
          await db.asSystem("accounts: audit check", (tx) => verifyChain(tx, category)),
        );
      }
      return checks;
    },

    /** Drops addresses after 30 days and entries after their time. */
    retain(): Promise<{ addresses: number; entries: number }> {
      const now = clock.now().getTime();
      return db.asSystem("accounts: retention", async (tx) => {
        const addresses = await tx`
          update security_audit_log set address = null, user_agent = null
          where at < ${new Date(
          now - ADDRESS_MS,
        )} and (address is not null or user_agent is not null)
          returning id`;
        let entries = 0;
        for (const category of AUDIT_CATEGORIES) {
          const gone = await tx<{ sequence: number; hash: string }[]>`
            delete from security_audit_log
            where category = ${category} and at < ${new Date(now - KEPT_MS[category])}
            returning sequence, hash`;
          const last = gone.toSorted((a, b) => b.sequence - a.sequence)[0];
          if (!last) continue;
          entries += gone.length;
          await tx`update security_audit_heads set trimmed_sequence = ${last.sequence},
            trimmed_hash = ${last.hash} where category = ${category}`;
        }
        return { addresses: addresses.length, entries };
      });
    },
  };
}

interface ChainRow {
  id: string;
  category: string;
  sequence: number;
  at: Date;
  event: string;
  severity: string;
  result: string;
  actorKind: string;
  actorRef: string | null;
  userRef: string | null;
  correlationId: string | null;
  response: string | null;
  details: Record<string, unknown>;
  prevHash: string;
}

/** SHA-256 over the entry's members in a fixed order, each by its JSON. */
function chainHash(row: ChainRow): string {
  return sha256Hex(JSON.stringify([
    row.prevHash,
    row.id,
    row.category,
    row.sequence,
    row.at.toISOString(),
    row.event,
    row.severity,
    row.result,
    row.actorKind,
    row.actorRef,
    row.userRef,
    row.correlationId,
    row.response,
    sorted(row.details),
  ]));
}

/** An object with its keys in order: the database keeps its own order of them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([key, item]) => [key, sorted(item)]);
}

async function verifyChain(tx: Tx, category: AuditCategory): Promise<AuditCheck> {
  const [head] = await tx<
    { sequence: number; hash: string; trimmedSequence: number; trimmedHash: string }[]
  >`select sequence, hash, trimmed_sequence, trimmed_hash from security_audit_heads
    where category = ${category}`;
  let sequence = head!.trimmedSequence;
  let hash = head!.trimmedHash;
  let rows = 0;
  const bad = (id: string, reason: "hash" | "link" | "missing"): AuditCheck => ({
    category,
    valid: false,
    rows,
    firstBad: { id, reason },
  });
  while (true) {
    const page = await tx<(ChainRow & { hash: string })[]>`
      select id, category, sequence, at, event, severity, result, actor_kind, actor_ref, user_ref,
        correlation_id, response, details, prev_hash, hash
      from security_audit_log where category = ${category} and sequence > ${sequence}
      order by sequence limit 1000`;
    for (const row of page) {
      if (row.sequence !== sequence + 1) return bad(row.id, "missing");
      if (row.prevHash !== hash) return bad(row.id, "link");
      if (row.hash !== chainHash(row)) return bad(row.id, "hash");
      sequence = row.sequence;
      hash = row.hash;
      rows++;
    }
    if (page.length < 1000) break;
  }
  if (sequence !== head!.sequence || hash !== head!.hash) return bad("", "missing");
  return { category, valid: true, rows, firstBad: null };
}

/**
 * Whether the entry may say where it came from: not what the product did by itself, and not where an
 * administrator sat, since the account's owner reads and exports the entry.
 */
function isOwnAct({ actor, userId }: AuditEvent): boolean {
  if (actor.kind === "system") return false;
  return actor.kind !== "admin" || !userId || userId === actor.id;
}

/** An address as it is kept: IPv4 without its last number, IPv6 by its /64. */
export function truncated(address: string): string {
  const key = addressKey(address);
  return key.includes(":") ? key : key.replace(/\.\d+$/, ".0");
}
