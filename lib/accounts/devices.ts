import type { Principal } from "@/lib/platform/http/principal.ts";
import { notFound } from "@/lib/platform/problem.ts";
import { truncated } from "./audit.ts";
import { type AccountContext, linkInvalid } from "./context.ts";
import { deviceName } from "./device_name.ts";
import { findLink, isOpen, spendLink } from "./links.ts";
import type { DeviceView } from "./schema.ts";
import { endAll, holdUser, lockUser } from "./store.ts";

/** The devices that are signed in. */
export type Devices = ReturnType<typeof createDevices>;

/** One entry for each web session or token family (ACC-40). */
export function createDevices(context: AccountContext) {
  const { db, clock, audit } = context;

  async function ended(tx: Parameters<typeof audit.record>[0], userId: string, id: string) {
    await audit.record(tx, {
      category: "security",
      event: "device_ended",
      actor: { kind: "user", id: userId },
      userId,
      details: { deviceId: id },
    });
  }

  return {
    list(principal: Principal): Promise<DeviceView[]> {
      const now = clock.now();
      return db.asUser(principal.userId, async (tx) => {
        const rows = await tx<{
          id: string;
          kind: "web" | "api";
          deviceName: string;
          userAgent: string;
          address: string;
          createdAt: Date;
          lastUsedAt: Date;
        }[]>`
          select id, 'web' as kind, '' as device_name, user_agent, address, created_at, last_used_at
          from web_sessions where user_id = ${principal.userId} and expires_at > ${now}
          union all
          select id, 'api', device_name, user_agent, address, created_at, last_used_at
          from token_families
          where user_id = ${principal.userId} and ended_at is null and expires_at > ${now}
          order by last_used_at desc, id desc limit 100`;
        return rows.map((row) => ({
          id: row.id,
          kind: row.kind,
          name: row.deviceName || deviceName(row.userAgent),
          address: truncated(row.address),
          createdAt: row.createdAt.toISOString(),
          lastUsedAt: row.lastUsedAt.toISOString(),
          current: row.id === principal.sessionId,
        }));
      });
    },

    /** Ends one of the own devices. @throws Problem 404 */
    async end(userId: string, id: string): Promise<void> {
      await db.asSystem("accounts: device ended", async (tx) => {
        await holdUser(tx, userId);
        const sessions = await tx`
          delete from web_sessions where id = ${id} and user_id = ${userId} returning id`;
        const families = await tx`
          update token_families set ended_at = ${clock.now()}
          where id = ${id} and user_id = ${userId} and ended_at is null returning id`;
        if (sessions.length + families.length === 0) throw notFound();
        await ended(tx, userId, id);
      });
      context.cache.forget(id);
    },

    /** Ends every device, or every one but the present. */
    async endMany(principal: Principal, options: { keepThis: boolean }): Promise<void> {
      await db.asSystem("accounts: devices ended", async (tx) => {
        await lockUser(tx, principal.userId);
        await endAll(tx, principal.userId, {
          at: clock.now(),
          ...(options.keepThis ? { except: principal.sessionId } : {}),
        });
        await audit.record(tx, {
          category: "security",
          event: options.keepThis ? "other_devices_ended" : "logout_all",
          actor: { kind: "user", id: principal.userId },
          userId: principal.userId,
        });
      });
      context.cache.forgetUser(principal.userId);
    },

    /** Ends the device that a mail told about, by its link. @throws Problem 400 `link_invalid` */
    async endByLink(token: string): Promise<void> {
      const id = await db.asSystem("accounts: device link", async (tx) => {
        const link = await findLink(tx, token, ["end_device"]);
        if (!link || !isOpen(link, clock.now())) return null;
        await spendLink(tx, link, clock.now());
        const id = link.target!.split(":")[1]!;
        await tx`delete from web_sessions where id = ${id} and user_id = ${link.userId}`;
        await tx`update token_families set ended_at = ${clock.now()}
          where id = ${id} and user_id = ${link.userId} and ended_at is null`;
        await ended(tx, link.userId, id);
        return id;
      });
      if (!id) throw linkInvalid();
      context.cache.forget(id);
    },
  };
}
