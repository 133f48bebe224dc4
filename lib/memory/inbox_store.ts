import type { Tx } from "@/lib/platform/database/mod.ts";
import type { NewFact } from "./fact_writer.ts";

/** A fact as a proposal keeps it: times as text. */
export type StoredFact =
  & Omit<NewFact, "validFrom" | "validTo">
  & { validFrom: string | null; validTo: string | null };

/** Something that waits for its owner's word. */
export interface ProposalRow {
  id: string;
  userId: string;
  sessionId: string | null;
  messageId: string | null;
  op: "save" | "forget" | "merge";
  fact: StoredFact;
  affects: string[];
  reason: string | null;
  shield: boolean;
  createdAt: Date;
  expiresAt: Date;
}

/** Something that was not saved, and why. */
export interface NotSavedRow {
  id: string;
  sessionId: string | null;
  messageId: string | null;
  reason: string;
  text: string;
  fact: StoredFact | null;
  createdAt: Date;
  expiresAt: Date;
}

/** Two facts that cannot both be true. */
export interface ContradictionRow {
  id: string;
  userId: string;
  olderId: string;
  newerId: string;
  state: "open" | "resolved";
  createdAt: Date;
}

/** A fact made fit to be kept as JSON. */
export function storedFact(fact: NewFact): StoredFact {
  return {
    ...fact,
    validFrom: fact.validFrom?.toISOString() ?? null,
    validTo: fact.validTo?.toISOString() ?? null,
  };
}

/** The fact a proposal keeps. */
export function factFrom({ validFrom, validTo, ...fact }: StoredFact): NewFact {
  return {
    ...fact,
    ...(validFrom ? { validFrom: new Date(validFrom) } : {}),
    validTo: validTo ? new Date(validTo) : null,
  };
}

/** Stores a proposal; the same one twice is one. */
export async function insertProposal(
  tx: Tx,
  row: ProposalRow & { fingerprint: Uint8Array },
): Promise<void> {
  await tx`insert into memory_proposals (id, user_id, session_id, message_id, op, fact, affects,
      reason, shield, fingerprint, created_at, expires_at)
    values (${row.id}, ${row.userId}, ${row.sessionId}, ${row.messageId}, ${row.op},
      ${tx.json(row.fact as never)}, ${row.affects}::uuid[], ${row.reason}, ${row.shield},
      ${row.fingerprint}, ${row.createdAt}, ${row.expiresAt})
    on conflict (user_id, fingerprint) do update set expires_at = excluded.expires_at`;
}

/** Proposals that still wait, newest first. */
export function openProposals(
  tx: Tx,
  page: { now: Date; limit: number; offset: number },
): Promise<ProposalRow[]> {
  return tx<ProposalRow[]>`
    select id, user_id, session_id, message_id, op, fact, affects, reason, shield, created_at,
      expires_at
    from memory_proposals where expires_at > ${page.now}
    order by created_at desc, id desc limit ${page.limit} offset ${page.offset}`;
}

/** Those that wait of one message, oldest first. */
export function proposalsOf(
  tx: Tx,
  query: { messageId: string; now: Date },
): Promise<ProposalRow[]> {
  return tx<ProposalRow[]>`
    select id, user_id, session_id, message_id, op, fact, affects, reason, shield, created_at,
      expires_at
    from memory_proposals where message_id = ${query.messageId} and expires_at > ${query.now}
    order by created_at, id limit 20`;
}

/** How many wait. */
export async function countProposals(tx: Tx, now: Date): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::integer as n from memory_proposals where expires_at > ${now}`;
  return row!.n;
}

/** One that still waits, locked; null when it was decided or has ended. */
export async function takeProposal(tx: Tx, id: string, now: Date): Promise<ProposalRow | null> {
  const [row] = await tx<ProposalRow[]>`
    delete from memory_proposals where id = ${id} and expires_at > ${now}
    returning id, user_id, session_id, message_id, op, fact, affects, reason, shield, created_at,
      expires_at`;
  return row ?? null;
}

/** Notes what was not saved, for the owner to see; once for each message and text. */
export async function insertNotSaved(
  tx: Tx,
  row: Omit<NotSavedRow, "fact"> & { userId: string; fact: StoredFact | null },
): Promise<void> {
  await tx`insert into memory_not_saved (id, user_id, session_id, message_id, reason, text, fact,
      created_at, expires_at)
    select ${row.id}, ${row.userId}, ${row.sessionId}, ${row.messageId}, ${row.reason}, ${row.text},
      ${row.fact === null ? null : tx.json(row.fact as never)}::jsonb, ${row.createdAt},
      ${row.expiresAt}
    where not exists (
      select from memory_not_saved n
      where n.user_id = ${row.userId} and n.message_id = ${row.messageId} and n.text = ${row.text}
        and n.reason = ${row.reason})`;
}

/** What was not saved in the last 30 days, newest first. */
export function listNotSaved(
  tx: Tx,
  page: { now: Date; limit: number; offset: number },
): Promise<NotSavedRow[]> {
  return tx<NotSavedRow[]>`
    select id, session_id, message_id, reason, text, fact, created_at, expires_at
    from memory_not_saved where expires_at > ${page.now}
    order by created_at desc, id desc limit ${page.limit} offset ${page.offset}`;
}

/** One of them, locked, or null. */
export async function findNotSaved(tx: Tx, id: string, now: Date): Promise<NotSavedRow | null> {
  const [row] = await tx<NotSavedRow[]>`
    select id, session_id, message_id, reason, text, fact, created_at, expires_at
    from memory_not_saved where id = ${id} and expires_at > ${now} for update`;
  return row ?? null;
}

/** Takes one out of the list. */
export async function deleteNotSaved(tx: Tx, id: string): Promise<void> {
  await tx`delete from memory_not_saved where id = ${id}`;
}

/** Opens a contradiction; the same pair twice is one. Tells whether it is new. */
export async function insertContradiction(
  tx: Tx,
  row: Omit<ContradictionRow, "state">,
): Promise<boolean> {
  const rows = await tx`
    insert into memory_contradictions (id, user_id, older_id, newer_id, created_at)
    values (${row.id}, ${row.userId}, ${row.olderId}, ${row.newerId}, ${row.createdAt})
    on conflict (older_id, newer_id) do nothing returning id`;
  return rows.length > 0;
}

const CONTRADICTION_COLUMNS = ["id", "user_id", "older_id", "newer_id", "state", "created_at"];

/** Open contradictions of facts that are both there, newest first. */
export function openContradictions(
  tx: Tx,
  page: { limit: number; offset: number },
): Promise<ContradictionRow[]> {
  return tx<ContradictionRow[]>`
    select ${tx(CONTRADICTION_COLUMNS)} from memory_contradictions c
    where c.state = 'open' and not exists (
      select from memories m where m.id in (c.older_id, c.newer_id)
        and (m.deleted_at is not null or m.superseded_at is not null))
    order by c.created_at desc, c.id desc limit ${page.limit} offset ${page.offset}`;
}

/** One contradiction, locked, or null. */
export async function findContradiction(tx: Tx, id: string): Promise<ContradictionRow | null> {
  const [row] = await tx<ContradictionRow[]>`
    select ${tx(CONTRADICTION_COLUMNS)} from memory_contradictions where id = ${id} for update`;
  return row ?? null;
}

/** Closes a contradiction with the owner's answer. */
export async function resolveContradiction(
  tx: Tx,
  id: string,
  answer: { answer: string; at: Date },
): Promise<void> {
  await tx`update memory_contradictions set state = 'resolved', answer = ${answer.answer},
    resolved_at = ${answer.at} where id = ${id}`;
}

/** Removes proposals and notes, of all users, whose time is over. */
export async function deleteEnded(tx: Tx, now: Date): Promise<void> {
  await tx`delete from memory_proposals where expires_at <= ${now}`;
  await tx`delete from memory_not_saved where expires_at <= ${now}`;
}

/** Forgets what a message brought about beside facts. */
export async function forgetMessageInInbox(tx: Tx, messageId: string): Promise<void> {
  await tx`delete from memory_proposals where message_id = ${messageId}`;
  await tx`delete from memory_not_saved where message_id = ${messageId}`;
}
