import type { Clock } from "@/lib/platform/clock.ts";
import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { notFound } from "@/lib/platform/problem.ts";
import { type Entitlements, isPaidPlan, type Plans } from "@/lib/plans/mod.ts";
import { createFeed } from "./feed.ts";
import type { Notice, NoticeQuery } from "./schema.ts";
import * as store from "./store.ts";
import { type NoticeReader, noticeView } from "./words.ts";

/** What the room needs. */
export interface NoticesOptions {
  db: Database;
  clock: Clock;
  ids: IdSource;
  plans: Pick<Plans, "card">;
  entitlements: Pick<Entitlements, "of">;
  cursorKey: PurposeKey;
}

/** Whose notices, and in which words. */
export type NoticeOwner = Pick<Principal, "userId" | "locale" | "timeZone">;

/** What is told to people in the product. */
export type Notices = ReturnType<typeof createNotices>;

/** The room of notices. */
export function createNotices(options: NoticesOptions) {
  const { db, clock, ids, cursorKey } = options;
  const feed = createFeed(options);

  const readerOf = ({ locale, timeZone }: NoticeOwner): NoticeReader => ({
    locale,
    timeZone,
    planName: (plan) =>
      isPaidPlan(plan) || plan === "free_trial" ? options.plans.card(plan).name : plan,
  });

  return {
    /**
     * Tells a person something, in the transaction of what happened; the same cause is told once.
     *
     * @returns whether it is new
     */
    note: (tx: Tx, notice: Omit<store.NewNotice, "id" | "at">): Promise<boolean> =>
      store.insertOnce(tx, { ...notice, id: ids(), at: clock.now() }),

    /** Notices that are shown, newest first. */
    async list(
      owner: NoticeOwner,
      query: NoticeQuery,
    ): Promise<{ items: Notice[]; nextCursor: string | null }> {
      const unread = query.unread === "true";
      const scope = `notices ${owner.userId} ${unread}`;
      const position = query.cursor ? await readCursor(cursorKey, scope, query.cursor) : null;
      const before = position ? { at: new Date(position[0]!), id: position[1]! } : null;
      const rows = await db.asUser(
        owner.userId,
        (tx) => store.listNotices(tx, { limit: query.limit + 1, before, unread }),
      );
      const shown = rows.slice(0, query.limit);
      const last = shown.at(-1);
      const reader = readerOf(owner);
      return {
        items: shown.map((row) => noticeView(row, reader)),
        nextCursor: rows.length > query.limit && last
          ? await signCursor(cursorKey, scope, [last.createdAt.toISOString(), last.id])
          : null,
      };
    },

    /** How many wait to be read. */
    unread: (userId: string): Promise<number> => db.asUser(userId, store.countUnread),

    /** Marks one as read. @throws Problem 404 */
    async read(owner: NoticeOwner, id: string): Promise<Notice> {
      const row = await db.asUser(owner.userId, (tx) => store.markRead(tx, id, clock.now()));
      if (!row) throw notFound();
      feed.wake(owner.userId);
      return noticeView(row, readerOf(owner));
    },

    /** Marks all as read; returns how many were not. */
    async readAll(userId: string): Promise<number> {
      const read = await db.asUser(userId, (tx) => store.markAllRead(tx, clock.now()));
      if (read > 0) feed.wake(userId);
      return read;
    },

    /** Puts one away. @throws Problem 404 */
    async remove(userId: string, id: string): Promise<void> {
      if (!await db.asUser(userId, (tx) => store.hide(tx, id, clock.now()))) throw notFound();
      feed.wake(userId);
    },

    /** Sends the person a notice to see how one looks. */
    async test(owner: NoticeOwner): Promise<Notice> {
      const { userId } = owner;
      const id = ids();
      const at = clock.now();
      await db.asUser(
        userId,
        (tx) => store.insertOnce(tx, { id, userId, kind: "test", cause: id, data: {}, at }),
      );
      feed.wake(userId);
      const row = { id, kind: "test", data: {}, createdAt: at, readAt: null };
      return noticeView(row, readerOf(owner));
    },

    /** What is told from now on, or from after a notice. @throws Problem 429 `too_many_streams` */
    follow: (owner: NoticeOwner, at: { after: string | null; signal: AbortSignal }) =>
      feed.follow({ userId: owner.userId, reader: readerOf(owner), ...at }),

    /** Has the open pages of a person look again, after the commit of a change. */
    wake: feed.wake,
    /** Looks for what other processes changed. */
    look: feed.look,
    /** Ends every stream. */
    close: feed.close,
    /** How many streams are open. */
    streams: () => feed.size,
  };
}
