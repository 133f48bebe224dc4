import { z } from "zod";

/** What a notice is about (API-70); further ones come with the rooms that tell them. */
export const TOPICS = ["usage", "plan", "security", "proposal", "account", "test"] as const;
export type Topic = (typeof TOPICS)[number];

/** A notice as people read it: in their language, with the page it leads to. */
export const noticeSchema = z.strictObject({
  id: z.uuid(),
  kind: z.string(),
  topic: z.enum(TOPICS),
  title: z.string(),
  text: z.string(),
  href: z.string(),
  createdAt: z.string(),
  readAt: z.string().nullable(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** Answer of `GET /api/notifications`. */
export const noticeListSchema = z.strictObject({
  items: z.array(noticeSchema),
  nextCursor: z.string().nullable(),
});

/** Query of `GET /api/notifications`. */
export const noticeQuerySchema = z.object({
  limit: z.coerce.number("limit must be a number from 1 to 100").int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
  unread: z.enum(["true", "false"]).optional(),
});
export type NoticeQuery = z.infer<typeof noticeQuerySchema>;

/** Answer of `POST /api/notifications/read-all`. */
export const readAllSchema = z.strictObject({ read: z.number().int() });

/** The event `state`: sent first, and whenever one of its members changes. */
export const feedStateSchema = z.strictObject({
  unread: z.number().int(),
  plan: z.string(),
  effectivePlan: z.string(),
});
export type FeedState = z.infer<typeof feedStateSchema>;
