import { notFound } from "@/lib/platform/problem.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import type { MemoryMode } from "./schema.ts";
import type { KnownTurn } from "./turn_store.ts";
import type { PathMessage, TurnRequest } from "./turn_state.ts";

/** Messages of the path that are read for a prompt; more never fit. */
const HISTORY_LIMIT = 200;

/** A conversation as it was when a turn was about to begin; what it is compared with later. */
export interface SeenSession {
  id: string;
  title: string | null;
  model: string;
  temporary: boolean;
  memoryMode: MemoryMode;
  headMessageId: string | null;
  messageCount: number;
  /** As the database wrote it, to the microsecond. */
  updatedAt: string;
}

/** Where in a conversation a turn takes place. */
export interface Place {
  session: SeenSession | null;
  /** The question: a stored one, or null for a new one. */
  question: PathMessage | null;
  /** Parent of a new question. */
  parentId: string | null;
  editedFrom: string | null;
  /** The answer that is continued. */
  answer: { id: string; content: string } | null;
  history: PathMessage[];
}

const NOWHERE: Place = {
  session: null,
  question: null,
  parentId: null,
  editedFrom: null,
  answer: null,
  history: [],
};

interface PlaceRow {
  known: KnownTurn | null;
  session: SeenSession | null;
  target: { id: string; parentId: string | null; content: string } | null;
  path: (Omit<PathMessage, "createdAt"> & { createdAt: string })[] | null;
}

/**
 * Reads what a turn goes on from, or finds the turn that an equal request started before. Nothing is
 * locked: `turn_start` refuses a place that has changed since.
 *
 * @throws Problem 404 for a conversation or message that is not there
 */
export async function findPlace(db: Database, request: TurnRequest): Promise<KnownTurn | Place> {
  if (!request.sessionId) return NOWHERE;
  const atHead = request.kind === "send" && request.targetId === undefined;
  const row = await db.callAsUser<PlaceRow>(request.principal.userId, "turn_place", [
    request.sessionId,
    request.kind,
    request.targetId ?? null,
    atHead,
    request.clientMessageId,
    HISTORY_LIMIT,
  ]);
  if (row.known) return row.known;
  const { session, target } = row;
  if (!session) throw notFound();
  const path = row.path!.map((message) => ({
    ...message,
    createdAt: new Date(message.createdAt),
  }));
  if (request.kind === "send") {
    const parentId = atHead ? session.headMessageId : request.targetId ?? null;
    if (parentId !== null && path.at(-1)?.sessionId !== session.id) throw notFound();
    return { ...NOWHERE, session, parentId, history: path };
  }
  if (!target) throw notFound();
  if (request.kind === "edit") {
    const { id, parentId } = target;
    return { ...NOWHERE, session, parentId, editedFrom: id, history: path };
  }
  const answer = request.kind === "continue" ? target : null;
  return { ...NOWHERE, session, question: path.at(-1)!, answer, history: path.slice(0, -1) };
}
