import type { Tx } from "@/lib/platform/database/mod.ts";

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
  await tx`update messages set search_text = content
    where id = any(${[turn.questionId, turn.answerId]}::uuid[]) and remember and content <> ''`;
  await renewAround(tx, turn.answerId);
}

/** Takes a message out of the searched set, and out of its neighbours' context. */
export async function unindexMessage(tx: Tx, messageId: string): Promise<void> {
  await tx`update messages set search_text = '', search_context = '' where id = ${messageId}`;
  await renewAround(tx, messageId);
}

/** Takes a whole conversation out of the searched set. */
export async function unindexSession(tx: Tx, sessionId: string): Promise<void> {
  await tx`update messages set search_text = '', search_context = '' where session_id = ${sessionId}`;
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
  byId: Map<string, Line>,
  children: Map<string | null, Line[]>,
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
