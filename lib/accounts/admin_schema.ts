import { z } from "zod";
import { PLANS } from "@/lib/plans/mod.ts";
import { SERVICE_NAMES } from "@/lib/platform/capabilities.ts";
import { AUDIT_CATEGORIES, SEVERITIES } from "./audit.ts";

const role = z.enum(["learner", "moderator", "admin"]);
const limit = z.coerce.number().int().min(1).max(100).default(50);
const cursor = z.string().max(500).optional();

/** An account as moderators and administrators see it: no text of the person. */
export const adminUserSchema = z.strictObject({
  id: z.uuid(),
  email: z.string(),
  displayName: z.string(),
  role,
  plan: z.enum(PLANS),
  standing: z.enum(["active", "suspended", "closing"]),
  emailVerified: z.boolean(),
  twoFactor: z.boolean(),
  createdAt: z.string(),
  lastSignInAt: z.string().nullable(),
});
export type AdminUser = z.infer<typeof adminUserSchema>;

/** The same with counts. */
export const adminUserDetailSchema = adminUserSchema.extend({
  suspension: z.strictObject({
    at: z.string(),
    until: z.string().nullable(),
    reason: z.string().nullable(),
  }).nullable(),
  deleteAfter: z.string().nullable(),
  counts: z.strictObject({
    conversations: z.number().int(),
    messages: z.number().int(),
    memories: z.number().int(),
    keys: z.number().int(),
    devices: z.number().int(),
  }),
});
export type AdminUserDetail = z.infer<typeof adminUserDetailSchema>;

/** Query of `GET /api/admin/users`. */
export const adminUsersQuerySchema = z.object({
  q: z.string().max(200).optional(),
  role: role.optional(),
  limit,
  cursor,
});

/** Body of `POST /api/admin/users/{id}/suspend`. */
export const suspendSchema = z.strictObject({
  reason: z.string().trim().min(1).max(500),
  days: z.number().int().min(1).max(3650).optional(),
});
export const roleSchema = z.strictObject({ role });
export const verifiedChangeSchema = z.strictObject({ verified: z.boolean() });

/** Query of `GET /api/admin/audit`; `format=csv` gives a table. */
export const auditQuerySchema = z.object({
  user: z.uuid().optional(),
  event: z.string().max(60).optional(),
  severity: z.enum(SEVERITIES).optional(),
  category: z.enum(AUDIT_CATEGORIES).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  format: z.enum(["json", "csv"]).default("json"),
  limit,
  cursor,
});

/** An entry of the security log for administrators. */
export const auditEntrySchema = z.strictObject({
  id: z.uuid(),
  at: z.string(),
  category: z.enum(AUDIT_CATEGORIES),
  event: z.string(),
  severity: z.enum(SEVERITIES),
  result: z.string(),
  actorKind: z.string(),
  actorId: z.uuid().nullable(),
  userId: z.uuid().nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  correlationId: z.string().nullable(),
  response: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});

/** Answer of `GET /api/admin/audit/verify`. */
export const auditCheckSchema = z.strictObject({
  valid: z.boolean(),
  chains: z.array(z.strictObject({
    category: z.enum(AUDIT_CATEGORIES),
    valid: z.boolean(),
    rows: z.number().int(),
    firstBad: z.strictObject({
      id: z.string(),
      reason: z.enum(["hash", "link", "missing"]),
    }).nullable(),
  })),
});

/** A service with what it may hold. */
export const serviceSchema = z.strictObject({
  name: z.enum(SERVICE_NAMES),
  scopes: z.array(z.string()),
});

/** Body of `POST /api/admin/services/{name}/tokens`. */
export const mintSchema = z.strictObject({
  scopes: z.array(z.string().max(100)).min(1).max(50),
});

/** A token as it is handed out, once. */
export const issuedSchema = z.strictObject({
  token: z.string(),
  tokenId: z.uuid(),
  service: z.enum(SERVICE_NAMES),
  scopes: z.array(z.string()),
  issuedAt: z.string(),
  expiresAt: z.string(),
  renewableAt: z.string(),
});

/** Body of `POST /api/admin/services/{name}/revoke`. */
export const revokeSchema = z.strictObject({ tokenId: z.uuid().optional() });

/** When a second step will be removed. */
export const recoverySchema = z.strictObject({ due: z.string() });
