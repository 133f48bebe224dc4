/** What is told to people in the product: stored, listed and followed live. */
export { noticesApi } from "./api.ts";
export type { FeedEvent } from "./feed.ts";
export { type FeedState, type Notice, type NoticeQuery, noticeQuerySchema } from "./schema.ts";
export { createNotices, type NoticeOwner, type Notices } from "./service.ts";
export { noteAll } from "./store.ts";
export { ACCOUNT_PREFIX } from "./words.ts";
