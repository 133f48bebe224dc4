import { checkEndpoints } from "@/lib/billing/mod.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { issuedView, normalizeEmail, reseal } from "@/lib/accounts/mod.ts";
import { sealer } from "@/lib/platform/crypto.ts";
import { type Config, maskedConfig } from "@/lib/platform/config.ts";
import type { DataDir } from "@/lib/platform/data_dir.ts";
import type { Services } from "./services.ts";
import { VERSION } from "./version.ts";

/** A command of the operator, as the control socket takes it. */
export interface ControlRequest {
  command: string;
  args: string[];
}

/** Its outcome, in the form `--json` prints. */
export type ControlAnswer =
  | { ok: true; command: string; result: unknown }
  | { ok: false; command: string; error: { code: string; message: string } };

/** Name of the socket in the data folder. */
export const CONTROL_SOCKET = "control.sock";

/**
 * Listens for the operator's command line on a Unix socket that only this user can open: with the
 * embedded database no other process can reach the data.
 */
export async function startControl(options: {
  dir: DataDir;
  services: Services;
  config: Config;
}): Promise<() => Promise<void>> {
  const path = options.dir.file(CONTROL_SOCKET);
  await Deno.remove(path).catch(() => {}); // left over from a crash; the folder's lock is ours
  let server: Deno.HttpServer<Deno.UnixAddr>;
  try {
    server = Deno.serve({ path, onListen: () => {} }, async (request) => {
      const asked = await request.json() as ControlRequest;
      return Response.json(await runCommand(options, asked));
    });
    await Deno.chmod(path, 0o600).catch(() => {});
  } catch (error) {
    options.services.log.warn(
      "control.unavailable",
      "The operator's command line cannot reach this process",
      {
        error: error instanceof Error ? error.message : String(error),
      },
    );
    return () => Promise.resolve();
  }
  return async () => {
    await server.shutdown();
    await Deno.remove(path).catch(() => {});
  };
}

/** Runs a command against running services. */
export async function runCommand(
  options: { services: Services; config: Config },
  { command, args }: ControlRequest,
): Promise<ControlAnswer> {
  try {
    return { ok: true, command, result: await commands(options, command, args) };
  } catch (error) {
    if (isProblem(error)) {
      return { ok: false, command, error: { code: error.code, message: error.detail } };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, command, error: { code: "failed", message } };
  }
}

async function commands(
  { services, config }: { services: Services; config: Config },
  command: string,
  args: string[],
): Promise<unknown> {
  switch (command) {
    case "migrate":
      return { upToDate: true };
    case "admin grant":
    case "admin revoke":
      return await services.accounts.setAdmin(args[0] ?? "", command === "admin grant");
    case "admin verify":
      return await services.accounts.administration.verifyByHost(args[0] ?? "");
    case "admin recover":
      return await services.accounts.recovery.startByHost(args[0] ?? "");
    case "token mint":
      return issuedView(
        await services.accounts.serviceAccess.mint(args[0] ?? "", {
          scopes: (args[1] ?? "").split(",").filter(Boolean),
          actor: { kind: "host" },
        }),
      );
    case "token revoke": {
      const [service = "", tokenId] = args;
      const what = { service, tokenId };
      await services.accounts.serviceAccess.revoke(services.revocations, what, { kind: "host" });
      return { revoked: true, service, tokenId: tokenId ?? null };
    }
    case "keys rotate":
      return await rotateKeys(services, args[0] ?? "");
    case "secrets rotate":
      return await rotateSecret(services, args[0] ?? "");
    case "config show":
      return maskedConfig(config);
    case "usage verify":
      return await verifyUsage(services, args[0]);
    case "billing check":
      return await checkBilling(services);
    case "billing reconcile":
      return await services.billing.reconcile.run({ cause: "command", all: true });
    case "doctor":
      return await doctor(services);
    default:
      throw new Error(`There is no command ${JSON.stringify(command)}`);
  }
}

/** Recomputes the chain of one person's ledger, or of everybody's; names the first bad row. */
async function verifyUsage(services: Services, email: string | undefined) {
  const people = await services.db.asSystem(
    "usage: verify",
    (tx) =>
      tx<{ id: string }[]>`select id from users
      where ${email ?? null}::text is null
        or email_normalized = ${email ? normalizeEmail(email) : null} order by id`,
  );
  if (email && people.length === 0) throw new Error(`There is no account of ${email}`);
  let rows = 0;
  const broken = [];
  for (const { id } of people) {
    const report = await services.usage.verify(id);
    rows += report.rows;
    if (!report.valid) broken.push({ userId: id, firstBad: report.firstBad });
  }
  return { valid: broken.length === 0, people: people.length, rows, broken };
}

/** Compares endpoint and prices at the payment provider with what this installation needs. */
async function checkBilling({ billing, config }: Services) {
  const { lastEventAt } = await billing.reconcile.report();
  const mode = billing.testPayments ? "test" : billing.service.available ? "provider" : "none";
  if (mode !== "provider") return { ok: true, mode, findings: [], lastEventAt };
  const url = `${config.baseUrl}/api/billing/webhook`;
  const { live } = billing.provider;
  const findings = [
    ...checkEndpoints(await billing.provider.endpoints(), { url, live }),
    ...(await billing.priceDifferences()).map((detail) => ({ finding: "price", detail })),
  ];
  return { ok: findings.length === 0, mode, live, url, findings, lastEventAt };
}

async function rotateKeys(services: Services, use: string) {
  if (use !== "user" && use !== "service") {
    throw new Error(`There are keys of user and service, none of ${JSON.stringify(use)}`);
  }
  const changed = await (use === "user" ? services.userKeys : services.serviceKeys).rotate();
  await services.accounts.audit.note({
    category: "admin",
    event: "keys_rotated",
    severity: "high",
    actor: { kind: "host" },
    details: { use, ...changed },
  });
  return { use, ...changed };
}

/** Seals what is at rest with the present secret, after the former one was set beside it. */
async function rotateSecret(services: Services, name: string) {
  if (name !== "app") throw new Error(`There is no secret ${JSON.stringify(name)} to rotate here`);
  const { appSecret } = services.secrets;
  const places = await reseal(services.db, {
    secondFactor: sealer(appSecret, "second-factor"),
    signingKeys: sealer(appSecret, "signing-keys"),
    mail: sealer(appSecret, "mail"),
  });
  await services.accounts.audit.note({
    category: "admin",
    event: "secret_rotated",
    severity: "high",
    actor: { kind: "host" },
    details: { secret: name, ...places },
  });
  return { ok: Object.values(places).every(({ lost }) => lost === 0), secret: name, ...places };
}

/** Looks at every part and says what is wrong with it. */
async function doctor(
  services: Services,
): Promise<{ healthy: boolean; checks: Record<string, string> }> {
  const probe = await services.model.probe();
  const database = await services.db.ping().then(() => "ok", () => "does not answer");
  const checks: Record<string, string> = {
    version: VERSION,
    database,
    kv: services.kv.available ? "ok" : "not available; limits run in the process alone",
    model: probe.reachable ? "ok" : "does not answer",
    ...Object.fromEntries(
      probe.missing.map(({ model, pull }) => [`model ${model}`, `missing; run: ${pull}`]),
    ),
    mail: services.mailer.kind === "smtp" ? "ok" : "development mailbox",
  };
  return { healthy: database === "ok" && probe.reachable && probe.missing.length === 0, checks };
}
