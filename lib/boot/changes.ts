import type { AuditEvent } from "@/lib/accounts/mod.ts";
import { type Config, maskedConfig, secretSettings } from "@/lib/platform/config.ts";
import { purposeKey } from "@/lib/platform/crypto.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { errorFields } from "@/lib/platform/log.ts";
import { POLICY_VERSION } from "@/lib/policy/mod.ts";
import type { Services } from "./services.ts";
import { VERSION } from "./version.ts";

/** What each process of an installation may have of its own. */
const OF_A_PROCESS = new Set(["HOST", "PORT", "DATA_DIR", "KV_PATH", "STANDIN_PORT"]);

type Facts = Record<string, unknown>;
type Parts = Pick<Services, "db" | "clock" | "accounts" | "secrets" | "log">;

/**
 * Notes in the security log that the product was started, and what differs from the last time:
 * schema, policy, configuration (ACC-121, OPS-58). Of a secret the log says that it changed, and
 * the database keeps a keyed hash to tell.
 *
 * A log that cannot be written keeps nobody from starting; that is an error line of its own.
 */
export async function noteStart(services: Parts, config: Config): Promise<void> {
  try {
    const configuration = await configurationOf(config, services.secrets.appSecret);
    await services.db.asSystem("boot: changes", async (tx) => {
      const events = [
        ...await schemaChange(tx, services),
        ...await policyChange(tx, services),
        ...await configurationChange(tx, services, configuration),
      ];
      const started = { event: "started", severity: "low" as const, details: { version: VERSION } };
      for (const entry of [started, ...events]) {
        await services.accounts.audit.record(tx, {
          category: "admin",
          actor: { kind: "host" },
          ...entry,
        });
      }
    });
  } catch (error) {
    services.log.error("audit.failed", "The start could not be noted in the security log", {
      ...errorFields(error),
    });
  }
}

type Change = Pick<AuditEvent, "event" | "severity" | "details">;

/** Keeps a fact; gives the one before when it was another one, and null otherwise. */
async function replaced<Value>(
  tx: Tx,
  { clock }: Pick<Services, "clock">,
  fact: { name: string; value: Value },
): Promise<Value | null> {
  const [former] = await tx<{ value: Value }[]>`
    select value from installation_facts where name = ${fact.name} for update`;
  const value = tx.json(fact.value as never);
  const [written] = await tx`
    insert into installation_facts (name, value, changed_at)
    values (${fact.name}, ${value}, ${clock.now()})
    on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at
      where installation_facts.value <> excluded.value
    returning 1`;
  return written && former ? former.value : null;
}

async function schemaChange(tx: Tx, services: Parts): Promise<Change[]> {
  const [schema] = await tx<{ version: number }[]>`
    select max(number)::integer as version from schema_migrations`;
  const after = schema!.version;
  const before = await replaced(tx, services, { name: "schema", value: after });
  if (before === null) return [];
  return [{ event: "schema_migrated", severity: "medium", details: { before, after } }];
}

async function policyChange(tx: Tx, services: Parts): Promise<Change[]> {
  const after = POLICY_VERSION;
  const before = await replaced(tx, services, { name: "policy", value: after });
  if (before === null) return [];
  return [{ event: "policy_version_changed", severity: "high", details: { before, after } }];
}

async function configurationChange(
  tx: Tx,
  services: Parts,
  { shown, hidden }: { shown: Facts; hidden: Record<string, string[]> },
): Promise<Change[]> {
  // The present hash of each secret is kept; the former one counts while the app secret is changed.
  const kept = Object.fromEntries(Object.entries(hidden).map(([name, [mac]]) => [name, mac!]));
  const value = { shown, hidden: kept };
  const before = await replaced(tx, services, { name: "configuration", value });
  if (before === null) return [];
  const names = new Set([...Object.keys(before.shown), ...Object.keys(shown)]);
  const changed = [...names]
    .filter((name) => canonical(before.shown[name] ?? null) !== canonical(shown[name] ?? null))
    .map((name) => ({ name, before: before.shown[name] ?? null, after: shown[name] ?? null }));
  const secrets = Object.keys(hidden)
    .filter((name) => !hidden[name]!.includes(before.hidden[name] ?? ""))
    .map((name) => ({ name, before: "secret", after: "secret" }));
  if (changed.length + secrets.length === 0) return [];
  return [{
    event: "configuration_changed",
    severity: "high",
    details: { changes: [...changed, ...secrets] },
  }];
}

/** What is set, in the clear where it may be read, as keyed hashes where it may not. */
async function configurationOf(
  config: Config,
  appSecret: Services["secrets"]["appSecret"],
): Promise<{ shown: Facts; hidden: Record<string, string[]> }> {
  const key = purposeKey(appSecret, "configuration");
  const env = { ...maskedConfig(config), ...config.rates, ...config.plans };
  const shown = Object.fromEntries(
    Object.entries(env).filter(([name]) => !OF_A_PROCESS.has(name)),
  );
  const hidden: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(secretSettings(config))) {
    const macs = await key.macs(`${name}=${JSON.stringify(value ?? null)}`);
    hidden[name] = macs.map((mac) => mac.toHex().slice(0, 32));
  }
  return { shown, hidden };
}

/** A value as text that is the same in whatever order the database keeps its members. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      part !== null && typeof part === "object" && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  ) ?? "null";
}
