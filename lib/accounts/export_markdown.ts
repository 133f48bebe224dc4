import type { Database } from "@/lib/platform/database/mod.ts";
import { findUser } from "./store.ts";
import type { ZipFile } from "./zip.ts";

const PAGE = 200;

/** The part of an archive that people read: profile, conversations, memories, in Markdown. */
export async function* readableFiles(
  db: Database,
  userId: string,
  at: Date,
): AsyncGenerator<ZipFile> {
  yield { name: "profile.md", at, content: profile(db, userId) };
  yield { name: "memories.md", at, content: memories(db, userId) };
  for (let offset = 0;; offset += PAGE) {
    const sessions = await db.asUser(
      userId,
      (tx) =>
        tx<{ id: string; title: string | null; createdAt: Date }[]>`
        select id, title, created_at from chat_sessions where user_id = ${userId}
        order by created_at, id limit ${PAGE} offset ${offset}`,
    );
    for (const session of sessions) {
      const day = session.createdAt.toISOString().slice(0, 10);
      yield {
        name: `conversations/${day} ${fileName(session.title ?? "Untitled")} ${
          session.id.slice(-8)
        }.md`,
        at,
        content: conversation(db, userId, session),
      };
    }
    if (sessions.length < PAGE) return;
  }
}

/** A title as part of a file's name: letters, digits and spaces of any language. */
function fileName(title: string): string {
  return title.replace(/[^\p{L}\p{N} _-]/gu, " ").replace(/\s+/g, " ").trim().slice(0, 60) ||
    "Untitled";
}

async function* profile(db: Database, userId: string): AsyncGenerator<string> {
  const user = (await db.asUser(userId, (tx) => findUser(tx, userId)))!;
  yield `# ${user.displayName}\n\n`;
  yield `- E-mail: ${user.email}\n- Handle: ${user.handle ?? "none"}\n- Language: ${user.locale}\n`;
  yield `- Time zone: ${user.timeZone}\n- Plan: ${user.plan}\n- Level: ${user.level}, ${user.xp} XP\n`;
  yield `- Member since: ${user.createdAt.toISOString()}\n\n${user.bio}\n\n## Settings\n\n`;
  yield "```json\n" + JSON.stringify(user.settings, null, 2) + "\n```\n";
}

async function* memories(db: Database, userId: string): AsyncGenerator<string> {
  yield "# What was remembered\n";
  for (let offset = 0;; offset += PAGE) {
    const rows = await db.asUser(
      userId,
      (tx) =>
        tx<{ text: string; tier: string; quote: string | null; createdAt: Date; past: boolean }[]>`
        select text, tier, quote, created_at, superseded_at is not null as past from memories
        where user_id = ${userId} and deleted_at is null
        order by created_at, id limit ${PAGE} offset ${offset}`,
    );
    for (const row of rows) {
      yield `\n- ${row.text} (${row.tier}, ${row.createdAt.toISOString().slice(0, 10)}` +
        `${row.past ? ", no longer true" : ""})`;
      if (row.quote) yield `\n  > ${row.quote.replaceAll("\n", "\n  > ")}`;
    }
    if (rows.length < PAGE) break;
  }
  yield "\n";
}

async function* conversation(
  db: Database,
  userId: string,
  session: { id: string; title: string | null },
): AsyncGenerator<string> {
  yield `# ${session.title ?? "Untitled"}\n`;
  for (let offset = 0;; offset += PAGE) {
    const rows = await db.asUser(
      userId,
      (tx) =>
        tx<{ role: string; author: string; content: string; createdAt: Date }[]>`
        select role, author, content, created_at from messages
        where session_id = ${session.id} and user_id = ${userId}
        order by created_at, id limit ${PAGE} offset ${offset}`,
    );
    for (const row of rows) {
      const name = row.role === "user" ? row.author : "Nova";
      yield `\n**${name}**, ${row.createdAt.toISOString()}\n\n${row.content}\n`;
    }
    if (rows.length < PAGE) return;
  }
}
