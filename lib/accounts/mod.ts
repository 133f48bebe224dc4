export {
  type Accounts,
  type Client,
  createAccounts,
  type NewSession,
  type RegistrationHook,
} from "./service.ts";
export { type SessionCookie, sessionCookie } from "./cookie.ts";
export { createLoginThrottle, type LoginThrottle } from "./throttle.ts";
export { lookSchema, type Settings, settingsSchema } from "./settings.ts";
export { accountsApi } from "./api.ts";
export type { SignedIn, UserView } from "./schema.ts";
