import { stepUpRequired } from "@/lib/platform/http/step_up.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { parse } from "@/lib/platform/http/route.ts";
import { clientOf, unverified } from "@/lib/accounts/mod.ts";
import * as schema from "@/lib/accounts/schema.ts";
import { settingsChangeSchema, settingsSchema } from "@/lib/accounts/settings.ts";
import type { PageVisitor } from "./pages.ts";
import type { Services } from "./services.ts";

/** What the account's pages may do, bound to one visitor. */
export type AccountCenter = ReturnType<typeof accountCenter>;

/** Binds the room's services to whoever looks at a page. */
export function accountCenter(services: Services, visitor: PageVisitor) {
  const { accounts, config } = services;
  const client = async (request: Request) => ({
    ...await clientOf(accounts, request, visitor.address),
    isApi: false,
  });
  const me = (): Principal => {
    if (!visitor.principal) throw new Error("A page asked for a person's data without a session");
    return visitor.principal;
  };
  /** The same, who has proved lately who they are. */
  const proved = (): Principal => {
    if (!me().stepUpUntil) throw stepUpRequired(me());
    return me();
  };

  return {
    // For everybody ---------------------------------------------------------------------------
    secondStep: async (request: Request, form: { challengeId: string; code: string }) => {
      const step = parse(schema.secondStepSchema, form);
      await visitor.limit("TWO_FACTOR", step.challengeId);
      return (await accounts.twoFactor.verify(step, await client(request))).cookies;
    },
    verifyEmail: async (token: string) => {
      await visitor.limit("VERIFY");
      return await accounts.addresses.confirm(token);
    },
    requestReset: async (email: string) => {
      await visitor.limit("RESET");
      await visitor.limit("RESET", email);
      await accounts.passwords.requestReset(email);
    },
    resetState: (token: string) => accounts.passwords.resetState(token),
    reset: async (request: Request, form: { token: string; password: string; code?: string }) => {
      await visitor.limit("VERIFY");
      await accounts.passwords.reset(parse(schema.resetSchema, form), await client(request));
    },
    endDeviceByLink: async (token: string) => {
      await visitor.limit("VERIFY");
      await accounts.devices.endByLink(token);
    },
    /** Ends a kind of mails by its link: whoever holds it, signed in or not. */
    unsubscribe: async (token: string) => {
      const { userId, mail } = await services.unsubscribe.read(token);
      await accounts.changeSettings(userId, { [mail]: false });
    },
    undoEmailChange: async (token: string) => {
      await visitor.limit("VERIFY");
      await accounts.addresses.undoChange(token);
    },

    // For the person --------------------------------------------------------------------------
    standing: () => visitor.principal?.standing ?? "active",
    suspension: () => visitor.principal?.suspension ?? null,
    supportEmail: config.supportEmail ?? null,
    deleteAfter: () => accounts.deleteAfter(me()),
    termsDue: () => visitor.principal !== null && accounts.termsDue(visitor.principal),
    acceptTerms: () => accounts.acceptTerms(me()),
    hasTwoFactor: () => me().twoFactor,
    isProved: () => me().stepUpUntil !== null,
    stepUp: async (request: Request, form: { password?: string; code?: string }) =>
      (await accounts.stepUp(me(), form, await client(request))).cookies,
    resendVerification: async () => {
      await visitor.limit("RESEND");
      await accounts.addresses.resend(me());
    },

    profile: () => accounts.profiles.profile(me()),
    changeProfile: (form: unknown) =>
      accounts.profiles.changeProfile(me(), parse(schema.profileChangeSchema, form)),
    changeEmail: (email: string) => accounts.addresses.requestChange(proved(), email),
    settings: async () => settingsSchema.parse(await accounts.settings(me().userId)),
    changeSettings: (form: unknown) =>
      accounts.changeSettings(me().userId, parse(settingsChangeSchema, form)),

    changePassword: async (request: Request, form: { current: string; next: string }) => {
      const change = parse(schema.changePasswordSchema, form);
      await accounts.passwords.change(me(), change, await client(request));
    },
    setUpTwoFactor: () => accounts.twoFactor.setUp(proved()),
    enableTwoFactor: (code: string) => accounts.twoFactor.enable(proved(), code),
    disableTwoFactor: () => accounts.twoFactor.disable(proved()),
    newBackupCodes: () => accounts.twoFactor.newBackupCodes(proved()),
    codesLeft: () => accounts.twoFactor.codesLeft(me().userId),

    devices: () => accounts.devices.list(me()),
    endDevice: (id: string) => accounts.devices.end(me().userId, id),
    endOtherDevices: () => accounts.devices.endMany(me(), { keepThis: true }),

    keys: () => accounts.apiKeys.list(me().userId),
    keyScopes: schema.KEY_SCOPES,
    apiRequestsPerMinute: () => me().limits?.apiRequestsPerMinute ?? null,
    makeKey: (form: unknown) => {
      if (!me().emailVerified) throw unverified();
      return accounts.apiKeys.create(proved(), parse(schema.keyRequestSchema, form));
    },
    rotateKey: (id: string) => accounts.apiKeys.rotate(proved(), id, 24),
    endKey: (id: string) => accounts.apiKeys.revoke(me().userId, id),
    resumeKey: (id: string) => accounts.apiKeys.change(proved().userId, id, { paused: false }),

    history: (before: { at: Date; id: string } | null) =>
      accounts.profiles.history(me().userId, { limit: 50, before }),
    grants: () => accounts.profiles.grants(me().userId),
    endGrant: (id: string) => accounts.profiles.endGrant(me().userId, id),

    exports: () => accounts.exports.list(me().userId),
    requestExport: async () => {
      proved();
      await visitor.limit("EXPORT");
      return await accounts.exports.request(me());
    },
    /** Ends the account; returns the cookie that takes the session away. */
    close: async (form: { confirm: string; now: boolean }) => {
      const { administration, erasure } = accounts;
      await erasure.close(proved(), form, administration.assertNotLast);
      await administration.stopped(me().userId);
      return [accounts.cookie.clear()];
    },
    restore: () => accounts.erasure.restore(proved()),
  };
}
