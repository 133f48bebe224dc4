import type { Tx } from "@/lib/platform/database/mod.ts";
import { type StoredVector, vectorText } from "./store.ts";

/** A message as far as searching needs it. */
interface Line {
  id: string;
  parentId: string | null;
  content: string;
  /** Whether it may be found and read as a neighbour. */
  open: boolean;
}

/** Turns before and after a message that count as its neighbours (MEM-8). */
const NEIGHBOURS = 2;
/** Neighbours' text is kept to this length: enough to find, not to weigh more than the message. */
const CONTEXT_CHARS = 2_000;

/** Makes a question and its answer findable, and renews what their neighbours know of them. */
export async function indexTurn(
  tx: Tx,
  turn: { questionId: string; answerId: string },
): Promise<void> {
  await tx`update messages m set search_text = m.content
    where m.id = any(${[turn.questionId, turn.answerId]}::uuid[]) and m.remember
      and m.content <> '' and ${ownerSearches(tx)}`;
  await renewAround(tx, turn.answerId);
}

/** Takes a message out of the searched set, and out of its neighbours' context. */
export async function unindexMessage(tx: Tx, messageId: string): Promise<void> {
  await tx`update messages set search_text = '', search_context = '', embedding = null,
      embedding_model = null
    where id = ${messageId}`;
  await renewAround(tx, messageId);
}

/** Takes a whole conversation out of the searched set. */
export async function unindexSession(tx: Tx, sessionId: string): Promise<void> {
  await tx`update messages set search_text = '', search_context = '', embedding = null,
      embedding_model = null
    where session_id = ${sessionId}`;
}

/** Makes all messages of a conversation findable that may be found, each with its neighbours. */
export async function indexSession(tx: Tx, sessionId: string): Promise<void> {
  const rows = await tx<(Line & { before: string; context: string })[]>`
    select m.id, m.parent_id, m.content, m.search_text as before, m.search_context as context,
      m.remember and m.content <> '' and not s.temporary and s.memory_mode <> 'off'
        and s.deleted_at is null and ${
    ownerSearches(tx)
  } and m.status in ('complete', 'stopped', 'interrupted')
        and not exists (
          select from messages other
          where other.turn_id = m.turn_id and other.status in ('refused', 'error')) as open
    from messages m join chat_sessions s on s.id = m.session_id
    where m.session_id = ${sessionId} order by m.created_at, m.id`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  const children = Map.groupBy(rows, (row) => row.parentId);
  const changed = rows.map((row) => ({
    id: row.id,
    text: row.open ? row.content : "",
    context: row.open ? contextOf(row, byId, children) : "",
  })).filter(({ id, text, context }) => {
    const row = byId.get(id)!;
    return text !== row.before || context !== row.context;
  });
  if (changed.length === 0) return;
  await tx`update messages m set search_text = n.text, search_context = n.context
    from unnest(${changed.map(({ id }) => id)}::uuid[], ${changed.map(({ text }) => text)}::text[],
      ${changed.map(({ context }) => context)}::text[]) as n(id, text, context)
    where m.id = n.id`;
}

/** Whether the owner of a message `m` has memory and the search of conversations on (MEM-7). */
function ownerSearches(tx: Tx) {
  return tx`exists (select from users u where u.id = m.user_id
    and coalesce((u.settings ->> 'memory')::boolean, true)
    and coalesce((u.settings ->> 'searchConversations')::boolean, true))`;
}

/** Stores the vectors of turns that may still be found. */
export async function storeTurnVectors(
  tx: Tx,
  rows: readonly ({ id: string } & StoredVector)[],
): Promise<void> {
  await tx`update messages m set embedding = n.vector::halfvec, embedding_model = n.model
    from unnest(${rows.map(({ id }) => id)}::uuid[],
      ${rows.map(({ vector }) => vectorText(vector)!)}::text[],
      ${rows.map(({ model }) => model)}::text[]) as n(id, vector, model)
    where m.id = n.id and m.search_text <> ''`;
}

/** Recomputes the context of a message and of those within two turns of it on its branches. */
async function renewAround(tx: Tx, messageId: string): Promise<void> {
  const lines = await tx<Line[]>`
    with recursive up as (
      select m.id, m.parent_id, 0 as depth from messages m where m.id = ${messageId}
      union all
      select m.id, m.parent_id, up.depth + 1 from messages m join up on m.id = up.parent_id
      where up.depth < ${NEIGHBOURS * 2 + 1}
    ), down as (
      select m.id, 0 as depth from messages m where m.id = ${messageId}
      union all
      select m.id, down.depth + 1 from messages m join down on m.parent_id = down.id
      where down.depth < ${NEIGHBOURS * 2}
    )
    select m.id, m.parent_id, m.search_text as content, m.search_text <> '' as open
    from messages m where m.id in (select id from up union select id from down)`;
  const byId = new Map(lines.map((line) => [line.id, line]));
  const children = Map.groupBy(lines, (line) => line.parentId);
  const near = within(messageId, byId, children);
  for (const line of near) {
    const context = contextOf(line, byId, children);
    await tx`update messages set search_context = ${line.open ? context : ""}
      where id = ${line.id} and search_context is distinct from ${line.open ? context : ""}`;
  }
}

function within(
  id: string,
  byId: Map<string, Line>,
  children: Map<string | null, Line[]>,
): Line[] {
  const here = byId.get(id);
  if (!here) return [];
  const found = [here];
  let above: Line | undefined = here;
  // One more than the neighbours: an answer is stored together with its question.
  for (let i = 0; i <= NEIGHBOURS; i++) {
    above = above?.parentId ? byId.get(above.parentId) : undefined;
    if (above) found.push(above);
  }
  let level = [here];
  for (let i = 0; i < NEIGHBOURS; i++) {
    level = level.flatMap((line) => children.get(line.id) ?? []);
    found.push(...level);
  }
  return found;
}

function contextOf(
  line: Line,
  byId: ReadonlyMap<string, Line>,
  children: ReadonlyMap<string | null, readonly Line[]>,
): string {
  const before: string[] = [];
  let above = line.parentId ? byId.get(line.parentId) : undefined;
  for (let i = 0; i < NEIGHBOURS && above; i++) {
    if (above.open) before.unshift(above.content);
    above = above.parentId ? byId.get(above.parentId) : undefined;
  }
  const after: string[] = [];
  let below: Line | undefined = line;
  for (let i = 0; i < NEIGHBOURS && below; i++) {
    below = children.get(below.id)?.at(-1);
    if (below?.open) after.push(below.content);
  }
  return [...before, ...after].map((text) => text.slice(0, CONTEXT_CHARS / 2)).join("\n")
    .slice(0, CONTEXT_CHARS).toWellFormed();
}
