import { z } from "zod";
import { EFFECTIVE_PLANS, PLANS } from "@/lib/plans/mod.ts";
import { hasForbiddenCharacters } from "@/lib/platform/text.ts";
import { isNetwork } from "@/lib/platform/http/address.ts";
import { MAX_EMAIL, normalizeEmail } from "./email.ts";

const email = z.string().max(MAX_EMAIL, "The e-mail address is too long").refine(
  (text) => normalizeEmail(text) !== null,
  { message: "This is not an e-mail address", params: { code: "email" } },
);

/** Names people see: no control characters, no bidirectional overrides. */
export const displayNameSchema = z.string().trim().min(1, "A name needs at least one character")
  .max(100, "A name has at most 100 characters")
  .refine((text) => !hasForbiddenCharacters(text, { lines: false, bidi: false }), {
    message: "The name holds characters that cannot be shown",
    params: { code: "invalid_characters" },
  })
  // Marks and spaces without width alone look like no name; separators of lines are not for names.
  .refine((text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text) && !/[\p{Zl}\p{Zp}]/u.test(text), {
    message: "A name needs at least one character that can be seen",
    params: { code: "invalid_characters" },
  });

/** How an API client names the device it runs on (CON-13). */
const device = {
  deviceId: z.uuid().optional(),
  deviceName: displayNameSchema.optional(),
};

const consent = (message: string) => z.literal(true, { error: message });

/** Body of `POST /api/auth/register`. */
export const registerSchema = z.strictObject({
  email,
  password: z.string().max(1024, "A password has at most 128 characters"),
  displayName: displayNameSchema.optional(),
  acceptTerms: consent("Accept the terms to go on"),
  ageConfirmed: consent("Confirm your age to go on"),
  ...device,
});
export type Registration = z.infer<typeof registerSchema>;

/** Body of `POST /api/auth/login`. */
export const loginSchema = z.strictObject({
  email: z.string().max(1024),
  password: z.string().max(1024),
  ...device,
});
export type Login = z.infer<typeof loginSchema>;

/** A user as they see themselves. */
export const userSchema = z.strictObject({
  id: z.uuid(),
  email: z.string(),
  displayName: z.string(),
  handle: z.string().nullable(),
  role: z.enum(["learner", "moderator", "admin"]),
  emailVerified: z.boolean(),
  plan: z.enum(PLANS),
  effectivePlan: z.enum(EFFECTIVE_PLANS),
  trialEndsAt: z.string(),
  twoFactorEnabled: z.boolean(),
  locale: z.string(),
  timeZone: z.string(),
  level: z.number().int(),
  xp: z.number().int(),
  onboardingCompleted: z.boolean(),
  createdAt: z.string(),
});
export type UserView = z.infer<typeof userSchema>;

/** Tokens of an API client. */
export const tokensSchema = z.strictObject({
  tokenType: z.literal("Bearer"),
  accessToken: z.string(),
  expiresIn: z.number().int(),
  refreshToken: z.string(),
  refreshExpiresAt: z.string(),
});

/** The answer of register, login and `GET /api/auth/me`. */
export const signedInSchema = z.strictObject({
  user: userSchema,
  session: z.strictObject({
    id: z.uuid(),
    kind: z.enum(["web", "api", "key"]),
    expiresAt: z.string(),
    stepUpUntil: z.string().nullable(),
  }),
  tokens: tokensSchema.optional(),
});
export type SignedIn = z.infer<typeof signedInSchema>;

/** The answer of registration where it must not tell whether an address is known. */
export const acceptedSchema = z.strictObject({ status: z.literal("accepted") });

/** The answer of a right password where a second factor is on. */
export const challengeSchema = z.strictObject({
  twoFactorRequired: z.literal(true),
  challengeId: z.string(),
  methods: z.array(z.string()),
  expiresAt: z.string(),
});
export type Challenge = z.infer<typeof challengeSchema>;

const secretText = z.string().min(1).max(1024);
const code = z.string().min(1).max(40);
const linkToken = z.string().min(1).max(200);

/** Bodies of the routes of sign-in. */
export const refreshSchema = z.strictObject({
  refreshToken: z.string().min(1).max(500),
  deviceId: z.uuid().optional(),
  deviceName: displayNameSchema.optional(),
});
export const refreshedSchema = z.strictObject({ tokens: tokensSchema });
export const secondStepSchema = z.strictObject({ challengeId: z.uuid(), code });
export const changePasswordSchema = z.strictObject({
  current: z.string().max(1024),
  next: secretText,
});
export const stepUpSchema = z.strictObject({
  password: z.string().max(1024).optional(),
  code: code.optional(),
});
export const stepUpAnswerSchema = z.strictObject({ session: signedInSchema.shape.session });
export const verifyEmailSchema = z.strictObject({ token: linkToken });
export const verifiedSchema = z.strictObject({
  emailVerified: z.literal(true),
  alreadyVerified: z.boolean(),
});
export const requestResetSchema = z.strictObject({ email: z.string().max(1024) });
export const resetSchema = z.strictObject({
  token: linkToken,
  password: z.string().max(1024),
  code: code.optional(),
});
export const resetDoneSchema = z.strictObject({ status: z.literal("reset") });
export const codeSchema = z.strictObject({ code });
export const setUpSchema = z.strictObject({ secret: z.string(), otpauthUrl: z.string() });
export const backupCodesSchema = z.strictObject({ backupCodes: z.array(z.string()) });
export const emailChangeSchema = z.strictObject({ email: z.string().max(1024) });

/** A signed-in device. */
export const deviceSchema = z.strictObject({
  id: z.uuid(),
  kind: z.enum(["web", "api"]),
  name: z.string(),
  address: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string(),
  current: z.boolean(),
});
export type DeviceView = z.infer<typeof deviceSchema>;

/** Scopes of a personal key (ACC-92). */
const keyScope = z.enum([
  "chat:write",
  "models:read",
  "embeddings:write",
  "memory:read",
  "memory:write",
  "study:read",
  "study:write",
  "school:read",
  "usage:read",
  "mcp",
  "export:read",
]);
export const KEY_SCOPES = keyScope.options;

const origins = z.array(
  z.string().max(60).refine(isNetwork, "origins lists addresses or networks like 10.0.0.0/8"),
).max(20);
const dailyTokens = z.number().int().min(1).max(1_000_000_000);

/** Body of `POST /api/account/keys`. */
export const keyRequestSchema = z.strictObject({
  name: displayNameSchema,
  scopes: z.array(keyScope).min(1).max(KEY_SCOPES.length)
    .refine((all) => new Set(all).size === all.length, "scopes names one twice"),
  expiresInDays: z.number().int().min(1).max(365).default(90),
  dailyTokens: dailyTokens.optional(),
  origins: origins.optional(),
});
export type KeyRequest = z.infer<typeof keyRequestSchema>;

/** Body of `PATCH /api/account/keys/{id}`. */
export const keyChangeSchema = z.strictObject({
  name: displayNameSchema.optional(),
  dailyTokens: dailyTokens.nullable().optional(),
  origins: origins.optional(),
  /** Only `false`: lets a key work again that was paused. */
  paused: z.literal(false).optional(),
  /** Ends the secret before the last rotation at once. */
  endFormer: z.literal(true).optional(),
});
export type KeyChange = z.infer<typeof keyChangeSchema>;

/** Body of `POST /api/account/keys/{id}/rotate`. */
export const rotateSchema = z.strictObject({
  overlapHours: z.number().int().min(0).max(168).default(24),
});

/** A personal key without its secret. */
export const keySchema = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  dailyTokens: z.number().int().nullable(),
  origins: z.array(z.string()),
  createdAt: z.string(),
  expiresAt: z.string(),
  lastUsedAt: z.string().nullable(),
  state: z.enum(["active", "paused", "expired", "ended"]),
  /** Nobody used it for ninety days. */
  unused: z.boolean(),
  former: z.strictObject({
    prefix: z.string(),
    until: z.string(),
    lastUsedAt: z.string().nullable(),
  }).nullable(),
});
export type KeyView = z.infer<typeof keySchema>;

/** A key with its secret, which is shown this once. */
export const newKeySchema = keySchema.extend({ key: z.string() });
export type NewKeyView = z.infer<typeof newKeySchema>;

/** What happened to a key. */
export const keyActivitySchema = z.strictObject({
  at: z.string(),
  event: z.string(),
  result: z.string(),
});

/** Names that handles cannot have: they would look like ours. */
const RESERVED = new Set(
  ("admin administrator api app auth billing blog chat constitution dev docs help home legal login " +
    "logout me memory moderator nova novacore novacoreai official privacy register root security " +
    "settings staff status support system team terms usage user users www").split(" "),
);

const ZONES = new Set([...Intl.supportedValuesOf("timeZone"), "UTC"]);

/** Body of `PATCH /api/account/profile`. */
export const profileChangeSchema = z.strictObject({
  displayName: displayNameSchema,
  handle: z.string().regex(/^[a-z0-9_-]{3,24}$/, "A handle has 3 to 24 of a-z, 0-9, _ and -")
    .refine((handle) => !RESERVED.has(handle), {
      message: "This handle is reserved",
      params: { code: "reserved" },
    }).nullable(),
  bio: z.string().max(1120).refine((text) => [...text].length <= 280, {
    message: "A bio has at most 280 characters",
    params: { code: "too_big" },
  }).refine((text) => !hasForbiddenCharacters(text, { lines: true, bidi: false }), {
    message: "The bio holds characters that cannot be shown",
    params: { code: "invalid_characters" },
  }),
  locale: z.string().regex(/^[a-z]{2,3}(?:-[A-Z]{2})?$/, "locale is a language like en or de-AT"),
  timeZone: z.string().refine((zone) => ZONES.has(zone), {
    message: "timeZone is an IANA name like Europe/Oslo",
    params: { code: "time_zone" },
  }),
}).partial();
export type ProfileChange = z.infer<typeof profileChangeSchema>;

/** `GET /api/account/profile`. */
export const profileSchema = z.strictObject({
  displayName: z.string(),
  handle: z.string().nullable(),
  bio: z.string(),
  locale: z.string(),
  timeZone: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  /** Mails to the address were refused by its server. */
  emailBounced: z.boolean(),
});
export type Profile = z.infer<typeof profileSchema>;

/** An entry of the own security history. */
export const historyEntrySchema = z.strictObject({
  id: z.uuid(),
  at: z.string(),
  category: z.string(),
  event: z.string(),
  severity: z.string(),
  result: z.string(),
  byOther: z.boolean(),
  address: z.string().nullable(),
  device: z.string().nullable(),
  correlationId: z.string().nullable(),
  response: z.string().nullable(),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

/** Access that was given to support. */
export const grantSchema = z.strictObject({
  id: z.uuid(),
  scope: z.enum(["conversations", "memories", "all"]),
  reason: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  revokedAt: z.string().nullable(),
});
export type GrantView = z.infer<typeof grantSchema>;

/** Body of `POST /api/account/grants/{id}`. */
export const grantRequestSchema = z.strictObject({
  scope: grantSchema.shape.scope,
  reason: displayNameSchema,
  hours: z.number().int().min(1).max(72).default(24),
});

/** An archive of everything somebody has. */
export const exportSchema = z.strictObject({
  id: z.uuid(),
  state: z.enum(["queued", "running", "ready", "failed", "expired"]),
  createdAt: z.string(),
  readyAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  bytes: z.number().int().nullable(),
  downloadUrl: z.string().nullable(),
});
export type ExportView = z.infer<typeof exportSchema>;

/** Body of `POST /api/account/delete`: the own e-mail, typed, and whether there is no grace. */
export const deleteSchema = z.strictObject({
  confirm: z.string().max(1024),
  now: z.boolean().default(false),
});
export const deletedSchema = z.strictObject({
  status: z.enum(["closing", "erasing"]),
  deleteAfter: z.string(),
});
