import { isService, mayCall, type ServiceName } from "@/lib/platform/capabilities.ts";
import { conflict, Problem, validationFailed } from "@/lib/platform/problem.ts";
import {
  CHAIN_SECONDS,
  type IssuedToken,
  LIFE_SECONDS,
  ScopeError,
  type ServiceCaller,
  type ServiceTokens,
} from "@/lib/platform/service_token.ts";
import type { AuditActor } from "./audit.ts";
import type { AccountContext } from "./context.ts";
import { serviceProblem } from "./principals.ts";
import type { ServiceRevocations } from "./service_revocations.ts";

/** Calls of services, and their tokens. */
export type ServiceAccess = ReturnType<typeof createServiceAccess>;

/** Checks, renewals, minting and the log of services. */
export function createServiceAccess(context: AccountContext, tokens: ServiceTokens) {
  const { db, clock, audit } = context;
  const audience = `nova-internal:${context.options.appEnv}`;
  const attempts = context.metrics.counter("service_auth_attempts_total", "Calls of services", [
    "service",
    "result",
  ]);
  /** Accepted uses of the present minute, by service, route and scope. */
  const uses = new Map<
    string,
    { service: string; minute: Date; route: string; scope: string; n: number }
  >();

  async function refused(
    code: string,
    about: { service: string | null; route: string; scope: string; address?: string },
  ): Promise<Problem> {
    attempts.add(1, { service: about.service ?? "unknown", result: code });
    await audit.note({
      category: "authorization",
      event: "service_refused",
      severity: "medium",
      result: "refused",
      actor: about.service ? { kind: "service", name: about.service } : { kind: "anonymous" },
      ...(about.address ? { address: about.address } : {}),
      details: { code, route: about.route, scope: about.scope },
    });
    return serviceProblem(code, about.scope);
  }

  return {
    audience,

    /**
     * The service behind a token, when it may do what the route needs.
     *
     * @throws Problem 403 `service_token_*`
     */
    async admit(
      token: string | null,
      route: { name: string; scope: string; address?: string },
    ): Promise<ServiceCaller> {
      const about = {
        route: route.name,
        scope: route.scope,
        ...(route.address ? { address: route.address } : {}),
      };
      const result = await tokens.check(token, audience);
      if (!result.ok) throw await refused(result.code, { service: null, ...about });
      const { caller } = result;
      // Renewing is everybody's; it gives nothing that was not held before.
      if (route.scope !== "" && !mayCall(caller, route.scope)) {
        throw await refused("service_token_scope", { service: caller.service, ...about });
      }
      attempts.add(1, { service: caller.service, result: "ok" });
      const minute = new Date(Math.floor(clock.now().getTime() / 60_000) * 60_000);
      const key = [caller.service, minute.toISOString(), route.name, route.scope].join("\n");
      const use = uses.get(key) ??
        { service: caller.service, minute, route: route.name, scope: route.scope, n: 0 };
      use.n++;
      uses.set(key, use);
      return caller;
    },

    /** Writes accepted uses to the log, counted by minute and route (ACC-107). */
    async flushUses(): Promise<void> {
      const batch = [...uses.values()];
      uses.clear();
      if (batch.length === 0) return;
      await db.asSystem("accounts: service uses", async (tx) => {
        for (const { service, minute, route, scope, n } of batch) {
          await tx`insert into service_uses (service, minute, route, scope, uses)
            values (${service}, ${minute}, ${route}, ${scope}, ${n})
            on conflict (service, minute, route, scope)
            do update set uses = service_uses.uses + excluded.uses`;
        }
      });
    },

    /**
     * Makes a token for a service: by the host's command or an administrator.
     *
     * @throws Problem 400 for an unknown service or a scope it may not hold
     */
    async mint(
      service: string,
      options: { scopes: readonly string[]; audience?: string | undefined; actor: AuditActor },
    ): Promise<IssuedToken> {
      if (!isService(service)) {
        throw validationFailed([{
          path: "service",
          code: "unknown",
          message: `There is no service ${JSON.stringify(service.slice(0, 60))}`,
        }]);
      }
      const issued = await issue(service, options.scopes, options.audience ?? audience);
      await audit.note({
        category: "admin",
        event: "service_token_minted",
        severity: "high",
        actor: options.actor,
        details: { service, scopes: [...options.scopes], tokenId: issued.tokenId },
      });
      return issued;
    },

    /**
     * Exchanges a token for a new one with the same scopes, when little of its life is left.
     *
     * @throws Problem 409 `service_token_not_due`, 403 when the chain of renewals has ended
     */
    async refresh(caller: ServiceCaller): Promise<IssuedToken> {
      const now = Math.floor(clock.now().getTime() / 1000);
      const due = caller.issuedAt + Math.floor((caller.expiresAt - caller.issuedAt) * 0.8);
      if (now >= caller.chainFrom + CHAIN_SECONDS) throw serviceProblem("service_token_expired");
      if (now < due) {
        throw new Problem(
          "service_token_not_due",
          409,
          "The token need not be renewed yet",
          "Renew it when at most a fifth of its life is left",
          { renewableAt: new Date(due * 1000).toISOString() },
        );
      }
      const issued = await tokens.issue(caller.service, {
        audience,
        scopes: caller.scopes,
        chainFrom: caller.chainFrom,
        ...(caller.actor ? { actor: caller.actor } : {}),
      });
      await audit.note({
        category: "authorization",
        event: "service_token_renewed",
        actor: { kind: "service", name: caller.service },
        details: { former: caller.tokenId, tokenId: issued.tokenId },
      });
      return issued;
    },

    /** Takes tokens back; within five seconds nothing accepts them. */
    async revoke(
      revocations: ServiceRevocations,
      what: { service: string; tokenId?: string | undefined },
      actor: AuditActor,
    ): Promise<void> {
      if (!isService(what.service)) throw conflict("There is no such service");
      await revocations.revoke({
        service: what.service,
        ...(what.tokenId ? { tokenId: what.tokenId } : {}),
      });
      await audit.note({
        category: "admin",
        event: "service_token_revoked",
        severity: "high",
        actor,
        details: { service: what.service, tokenId: what.tokenId ?? null },
      });
    },

    /** How long a token lives, in seconds. */
    lifeSeconds: LIFE_SECONDS,
  };

  async function issue(
    service: ServiceName,
    scopes: readonly string[],
    wanted: string,
  ): Promise<IssuedToken> {
    try {
      return await tokens.issue(service, { audience: wanted, scopes });
    } catch (error) {
      if (!(error instanceof ScopeError)) throw error;
      throw validationFailed([{ path: "scopes", code: "scope", message: error.message }]);
    }
  }
}
