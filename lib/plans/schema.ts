import { z } from "zod";
import { OVERRIDE_RESOURCES } from "./effective.ts";

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** Body of `PUT /api/admin/users/{id}/limits`. */
export const overrideRequestSchema = z.strictObject({
  resource: z.enum(OVERRIDE_RESOURCES),
  /** Null is unlimited. */
  limit: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
  from: time.optional(),
  until: time.nullable().default(null),
  reason: z.string().trim().min(1).max(500),
});

/** An override as operators see it. */
export const overrideSchema = z.strictObject({
  id: z.string(),
  userId: z.string(),
  resource: z.enum(OVERRIDE_RESOURCES),
  limit: z.number().int().nullable(),
  from: z.string(),
  until: z.string().nullable(),
  reason: z.string(),
  actorId: z.string(),
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
});
export type OverrideView = z.infer<typeof overrideSchema>;
