import type { Clock } from "@/lib/platform/clock.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import { LIFE_SECONDS, type ServiceCaller } from "@/lib/platform/service_token.ts";

/** Service tokens that were taken back (ACC-106). */
export interface ServiceRevocations {
  isRevoked(caller: ServiceCaller): Promise<boolean>;
  /** Takes back one token by its id, or every token of a service that exists now. */
  revoke(what: { service: string; tokenId?: string }): Promise<void>;
}

interface Row {
  service: string;
  tokenId: string | null;
  issuedBefore: Date | null;
}

/** Other processes learn of a revocation within this time. */
const RELOAD_MS = 4_000;

/** The list, kept in the database until the tokens would have ended by themselves. */
export function createServiceRevocations(
  options: { db: Database; clock: Clock; ids: IdSource },
): ServiceRevocations {
  const { db, clock } = options;
  let rows: Row[] = [];
  let readAt = -Infinity;
  let reading: Promise<void> | null = null;

  const read = () =>
    reading ??= db.asSystem(
      "accounts: revocations",
      (tx) =>
        tx<Row[]>`select service, token_id, issued_before from service_revocations
        where keep_until > ${clock.now()}`,
    )
      .then((found) => {
        rows = found;
        readAt = clock.now().getTime();
      })
      .finally(() => reading = null);

  return {
    async isRevoked(caller) {
      // Nothing fails open: a list that cannot be read throws.
      if (Math.abs(clock.now().getTime() - readAt) >= RELOAD_MS) await read();
      return rows.some((row) =>
        row.service === caller.service &&
        (row.tokenId === caller.tokenId ||
          (row.issuedBefore !== null && caller.issuedAt * 1000 <= row.issuedBefore.getTime()))
      );
    },
    async revoke({ service, tokenId }) {
      const now = clock.now();
      const keepUntil = new Date(now.getTime() + (LIFE_SECONDS + 60) * 1000);
      await db.asSystem(
        "accounts: revocations",
        (tx) =>
          tx`insert into service_revocations (id, service, token_id, issued_before, created_at, keep_until)
          values (${options.ids()}, ${service}, ${tokenId ?? null}, ${tokenId ? null : now}, ${now},
            ${keepUntil})`,
      );
      await read();
    },
  };
}
