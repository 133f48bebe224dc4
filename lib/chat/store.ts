import type { Tx } from "@/lib/platform/database/mod.ts";
import type { Feedback, MemoryMode, MessageStatus } from "./schema.ts";

/** A row of `chat_sessions` with the turn under way. */
export interface SessionRow {
  id: string;
  userId: string;
  title: string | null;
  titleSource: "auto" | "user";
  pinned: boolean;
  archivedAt: Date | null;
  projectId: string | null;
  model: string;
  temporary: boolean;
  memoryMode: MemoryMode;
  headMessageId: string | null;
  activeTurnId: string | null;
  messageCount: number;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

/** A row of `messages` as it is shown. */
export interface MessageRow {
  id: string;
  sessionId: string;
  parentId: string | null;
  turnId: string | null;
  role: "user" | "assistant";
  author: string;
  content: string;
  status: MessageStatus;
  model: string | null;
  finishReason: "stop" | "length" | "quota" | "user" | "policy" | "host" | null;
  promptTokens: number | null;
  completionTokens: number | null;
  measured: boolean | null;
  ttftMs: number | null;
  latencyMs: number | null;
  verdict: "allow" | "allow_with_care" | "transform" | "refuse" | "escalate" | null;
  editedFrom: string | null;
  remember: boolean;
  feedback: Feedback | null;
  createdAt: Date;
}

/** The columns of a conversation as it is shown. */
export const SESSION_COLUMNS = [
  "id",
  "user_id",
  "title",
  "title_source",
  "pinned",
  "archived_at",
  "project_id",
  "model",
  "temporary",
  "memory_mode",
  "head_message_id",
  "message_count",
  "created_at",
  "updated_at",
  "deleted_at",
];

/** The columns of a message as it is shown. */
export const MESSAGE_COLUMNS = [
  "id",
  "session_id",
  "parent_id",
  "turn_id",
  "role",
  "author",
  "content",
  "status",
  "model",
  "finish_reason",
  "prompt_tokens",
  "completion_tokens",
  "measured",
  "ttft_ms",
  "latency_ms",
  "verdict",
  "edited_from",
  "remember",
  "feedback",
  "created_at",
];

const RUNNING = ["queued", "streaming"];

/** Stores a conversation. */
export async function insertSession(
  tx: Tx,
  row:
    & Pick<
      SessionRow,
      "id" | "userId" | "title" | "titleSource" | "model" | "temporary" | "memoryMode"
    >
    & { at: Date },
): Promise<void> {
  await tx`insert into chat_sessions
      (id, user_id, title, title_source, model, temporary, memory_mode, created_at, updated_at)
    values (${row.id}, ${row.userId}, ${row.title}, ${row.titleSource}, ${row.model},
      ${row.temporary}, ${row.memoryMode}, ${row.at}, ${row.at})`;
}

/** One conversation that is not in the trash, or null; locked when a turn is about to start. */
export async function findSession(
  tx: Tx,
  id: string,
  options: { lock?: boolean } = {},
): Promise<SessionRow | null> {
  const [row] = await tx<SessionRow[]>`
    select ${tx(SESSION_COLUMNS)},
      (select t.id from turns t where t.session_id = s.id and t.status = any(${RUNNING})) as active_turn_id
    from chat_sessions s where id = ${id} and deleted_at is null
    ${options.lock ? tx`for no key update` : tx``}`;
  return row ?? null;
}

/**
 * Takes the lock of a conversation, as the start of a turn does first. Whoever writes for a turn
 * locks in one order: conversation, usage, turn, messages.
 */
export async function lockSession(tx: Tx, id: string): Promise<void> {
  await tx`select 1 from chat_sessions where id = ${id} for no key update`;
}

/** A page of conversations, latest change first. */
export function listSessions(
  tx: Tx,
  query: {
    limit: number;
    archived: boolean;
    deleted: boolean;
    pinned?: boolean;
    projectId?: string;
    before?: { updatedAt: Date; id: string };
  },
): Promise<SessionRow[]> {
  const { before } = query;
  return tx<SessionRow[]>`
    select ${tx(SESSION_COLUMNS)},
      (select t.id from turns t where t.session_id = s.id and t.status = any(${RUNNING})) as active_turn_id
    from chat_sessions s
    where not temporary and ${
    query.deleted
      ? tx`deleted_at is not null`
      : query.archived
      ? tx`deleted_at is null and archived_at is not null`
      : tx`deleted_at is null and archived_at is null`
  }
      ${query.pinned === undefined ? tx`` : tx`and pinned = ${query.pinned}`}
      ${query.projectId === undefined ? tx`` : tx`and project_id = ${query.projectId}`}
      ${before ? tx`and (updated_at, id) < (${before.updatedAt}, ${before.id})` : tx``}
    order by updated_at desc, id desc limit ${query.limit}`;
}

/** Changes of a conversation; members that are absent stay. */
export interface SessionPatch {
  title?: string;
  titleSource?: "auto" | "user";
  pinned?: boolean;
  archivedAt?: Date | null;
  model?: string;
  memoryMode?: MemoryMode;
  headMessageId?: string;
  deletedAt?: Date;
  messageCount?: number;
  updatedAt?: Date;
}

/** Applies changes to a conversation. */
export async function updateSession(tx: Tx, id: string, patch: SessionPatch): Promise<void> {
  const columns: Record<string, unknown> = {
    title: patch.title,
    title_source: patch.titleSource,
    pinned: patch.pinned,
    archived_at: patch.archivedAt,
    model: patch.model,
    memory_mode: patch.memoryMode,
    head_message_id: patch.headMessageId,
    deleted_at: patch.deletedAt,
    message_count: patch.messageCount,
    updated_at: patch.updatedAt,
  };
  const given = Object.fromEntries(
    Object.entries(columns).filter(([, value]) => value !== undefined),
  );
  if (Object.keys(given).length === 0) return;
  await tx`update chat_sessions set ${tx(given as Record<string, string>)} where id = ${id}`;
}

/** One message of a conversation that is not in the trash, or null. */
export async function findMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  const [row] = await tx<MessageRow[]>`
    select ${tx(MESSAGE_COLUMNS)} from messages m where id = ${id}
      and exists (select 1 from chat_sessions s where s.id = m.session_id and s.deleted_at is null)`;
  return row ?? null;
}

/** The messages from `headId` up to the root, newest first, at most `limit`. */
export function pathFrom(tx: Tx, headId: string, limit: number): Promise<MessageRow[]> {
  return tx<MessageRow[]>`
    with recursive path as (
      select m.id, m.parent_id, 1 as depth from messages m where m.id = ${headId}
      union all
      select m.id, m.parent_id, p.depth + 1 from messages m join path p on m.id = p.parent_id
      where p.depth < ${limit}
    )
    select ${tx(MESSAGE_COLUMNS.map((column) => `m.${column}`))}
    from path join messages m on m.id = path.id order by path.depth`;
}

/** Messages of a conversation in order of creation, after a position. */
export function treeOf(
  tx: Tx,
  query: { sessionId: string; limit: number; after?: { createdAt: Date; id: string } },
): Promise<MessageRow[]> {
  const { after } = query;
  return tx<MessageRow[]>`
    select ${tx(MESSAGE_COLUMNS)} from messages where session_id = ${query.sessionId}
      ${after ? tx`and (created_at, id) > (${after.createdAt}, ${after.id})` : tx``}
    order by created_at, id limit ${query.limit}`;
}

/** Ids of the messages that share a parent with each of `rows`, in order of creation. */
export async function siblingsOf(
  tx: Tx,
  sessionId: string,
  rows: Pick<MessageRow, "id" | "parentId">[],
): Promise<Map<string, string[]>> {
  const parents = [...new Set(rows.map((row) => row.parentId).filter((id) => id !== null))];
  const roots = rows.some((row) => row.parentId === null);
  const found = await tx<{ id: string; parentId: string | null }[]>`
    select id, parent_id from messages where session_id = ${sessionId}
      and (parent_id = any(${parents}::uuid[]) ${roots ? tx`or parent_id is null` : tx``})
    order by created_at, id`;
  const groups = Map.groupBy(found, (row) => row.parentId);
  return new Map(
    rows.map((row) => [row.id, groups.get(row.parentId)?.map((s) => s.id) ?? [row.id]]),
  );
}

/** The newest message below `id` along newest children: the end of the path that shows it. */
export async function leafBelow(tx: Tx, id: string): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    with recursive down as (
      select m.id, 0 as depth from messages m where m.id = ${id}
      union all
      select child.id, d.depth + 1 from down d cross join lateral (
        select m.id from messages m where m.parent_id = d.id order by m.created_at desc, m.id desc limit 1
      ) child
    )
    select id from down order by depth desc limit 1`;
  return row?.id ?? id;
}

/** Whether a message has others below it. */
export async function hasChildren(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx`select 1 from messages where parent_id = ${id} limit 1`;
  return rows.length > 0;
}

/** Saves the text so far of an answer that is being written. */
export async function savePartial(tx: Tx, id: string, content: string): Promise<void> {
  await tx`update messages set content = ${content} where id = ${id} and status = 'streaming'`;
}

/** Replaces the text of a message. */
export async function setContent(tx: Tx, id: string, content: string): Promise<void> {
  await tx`update messages set content = ${content} where id = ${id}`;
}

/** The end of an answer. */
export interface AnswerEnd {
  id: string;
  content: string;
  status: MessageStatus;
  finishReason: MessageRow["finishReason"];
  promptTokens: number;
  completionTokens: number;
  measured: boolean;
  ttftMs: number | null;
  latencyMs: number | null;
  verdict: MessageRow["verdict"];
  policyDecisionId: string | null;
  model: string | null;
}

/** Stores the end of an answer. */
export async function finishAnswer(tx: Tx, end: AnswerEnd): Promise<void> {
  await tx`update messages set content = ${end.content}, status = ${end.status},
      finish_reason = ${end.finishReason}, prompt_tokens = ${end.promptTokens},
      completion_tokens = ${end.completionTokens}, measured = ${end.measured},
      ttft_ms = ${end.ttftMs}, latency_ms = ${end.latencyMs}, verdict = ${end.verdict},
      policy_decision_id = ${end.policyDecisionId}, model = coalesce(${end.model}, model)
    where id = ${end.id}`;
}

/** Stores the verdict on a question. */
export async function setVerdict(
  tx: Tx,
  id: string,
  verdict: { verdict: MessageRow["verdict"]; decisionId: string },
): Promise<void> {
  await tx`update messages set verdict = ${verdict.verdict}, policy_decision_id = ${verdict.decisionId}
    where id = ${id}`;
}

/** Replaces the feedback on an answer. */
export async function setFeedback(tx: Tx, id: string, feedback: Feedback): Promise<void> {
  await tx`update messages set feedback = ${tx.json(feedback)} where id = ${id}`;
}

/** Marks a message as not to be remembered. */
export async function setRemember(tx: Tx, id: string, remember: boolean): Promise<void> {
  await tx`update messages set remember = ${remember} where id = ${id}`;
}
