import { z } from "zod";
import { EFFECTIVE_PLANS, PLANS } from "@/lib/plans/mod.ts";
import { hasForbiddenCharacters } from "@/lib/platform/text.ts";
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
  });

const consent = (message: string) => z.literal(true, { error: message });

/** Body of `POST /api/auth/register`. */
export const registerSchema = z.strictObject({
  email,
  password: z.string().max(1024, "A password has at most 128 characters"),
  displayName: displayNameSchema.optional(),
  acceptTerms: consent("Accept the terms to go on"),
  ageConfirmed: consent("Confirm your age to go on"),
});
export type Registration = z.infer<typeof registerSchema>;

/** Body of `POST /api/auth/login`. */
export const loginSchema = z.strictObject({
  email: z.string().max(1024),
  password: z.string().max(1024),
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

/** The answer of register, login and `GET /api/auth/me`. */
export const signedInSchema = z.strictObject({
  user: userSchema,
  session: z.strictObject({
    id: z.uuid(),
    kind: z.enum(["web", "api", "key"]),
    expiresAt: z.string(),
    stepUpUntil: z.string().nullable(),
  }),
});
export type SignedIn = z.infer<typeof signedInSchema>;

/** The answer of registration where it must not tell whether an address is known. */
export const acceptedSchema = z.strictObject({ status: z.literal("accepted") });
