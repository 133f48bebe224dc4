import type { Tx } from "@/lib/platform/database/mod.ts";
import { createEmbedder } from "./embedder.ts";
import { createExtraction } from "./extraction.ts";
import { createFactAdding } from "./facts_add.ts";
import { createFactChanges } from "./facts_change.ts";
import { createNearness } from "./facts_near.ts";
import { createFactReading } from "./facts_read.ts";
import { createFactWriter, type MemoryDependencies } from "./fact_writer.ts";
import { proposeFix } from "./health.ts";
import { createInbox } from "./inbox.ts";
import { createMovement } from "./movement.ts";
import { createObserver } from "./observe.ts";
import { createPast } from "./past.ts";
import { createRecall } from "./recall.ts";
import type { HealthFix, TakenView } from "./schema.ts";
import { createSearch } from "./search.ts";
import { createMemorySettings } from "./settings.ts";
import { createShortTerm, type ShortTermTurn } from "./short_term.ts";
import { createStats } from "./stats.ts";
import { createSummaries } from "./summary.ts";
import { takenFrom } from "./taken.ts";
import { createTransfer } from "./transfer.ts";
import { createTurnMemory } from "./turn_memory.ts";
import { createTurnSet } from "./turn_set.ts";
import { createTurnVectors } from "./turn_vectors.ts";

/** The service of this room. */
export type Memory = ReturnType<typeof createMemory>;

/** Facts, searched turns and short-term memory of each person. */
export function createMemory(dependencies: MemoryDependencies) {
  const { db, clock } = dependencies;
  const embedder = createEmbedder(
    dependencies.model,
    dependencies.cosineFloor === undefined ? {} : { floor: dependencies.cosineFloor },
  );
  const shortTerm = createShortTerm(dependencies.kv);
  const retrieval = createRecall({ db, clock, metrics: dependencies.metrics, embedder });

  const writer = createFactWriter(dependencies, embedder);
  const inbox = createInbox(dependencies, writer);
  const movement = createMovement(dependencies, writer);
  const past = createPast(dependencies, { writer, embedder });
  const reading = createFactReading(dependencies, { writer, past });
  const nearness = createNearness(dependencies, { writer, inbox, embedder });
  const transfer = createTransfer(dependencies, { writer, inbox });
  const settings = createMemorySettings({ db, clock });
  const turnVectors = createTurnVectors(dependencies, embedder);
  const turnSet = createTurnSet(dependencies);
  const turns = createTurnMemory(dependencies, { writer, reading, turnVectors });
  const summaries = createSummaries(dependencies, { writer, inbox, embedder });

  return {
    /** What memory holds about a message; nothing while its owner has paused memory. */
    recall: retrieval.recall,

    /** Searches facts and turns with the ranking of recall. */
    search: createSearch({ db, clock }, retrieval),

    list: reading.list,
    get: reading.get,
    find: reading.find,
    ...createFactAdding(dependencies, { writer, nearness }),
    ...createFactChanges(dependencies, { writer, embedder }),

    history: past.history,
    links: past.links,
    sources: past.sources,
    forgetPreview: past.forgetPreview,
    undo: past.undo,
    timeline: past.timeline,
    during: past.during,
    firstValid: past.firstValid,

    proposals: inbox.proposals,
    acceptProposal: inbox.accept,
    rejectProposal: inbox.reject,
    decideAllProposals: inbox.decideAll,
    notSaved: inbox.notSaved,
    saveAnyway: inbox.saveAnyway,
    contradictions: inbox.contradictions,
    resolveContradiction: inbox.resolve,

    exportLines: transfer.exportLines,
    exportText: transfer.exportText,
    import: transfer.import,

    settings: settings.get,
    changeSettings: settings.change,

    /** Proposes what would tidy up; tells how many proposals wait because of it. */
    proposeFix: (userId: string, what: HealthFix): Promise<{ proposed: number }> =>
      db.asUser(userId, async (tx) => ({
        proposed: await proposeFix(tx, { userId, what, now: clock.now() }, inbox),
      })),

    /** Counts, growth and health for the pages of memory. */
    stats: createStats(dependencies, { inbox, embedder, shortTerm }),

    /** What memory took from one message. */
    takenFrom: (tx: Tx, messageId: string): Promise<TakenView> => takenFrom(tx, messageId, inbox),

    // For the turn pipeline, in its transaction ------------------------------------------------
    ...turns,
    /** Follows a change of a person's settings, in its transaction. */
    followSettings: turnSet.follow,

    /** Adds a turn to the running conversation's short-term memory. */
    rememberTurn: (
      entry: { userId: string; sessionId: string; turn: ShortTermTurn },
    ): Promise<void> => shortTerm.add(entry.userId, entry.sessionId, entry.turn),

    /** The running conversation. */
    shortTerm: shortTerm.list,

    // For jobs --------------------------------------------------------------------------------

    /** Makes the vector of a fact with the model host. */
    embed: nearness.embed,
    reconcileTurns: turnSet.reconcile,
    embedTurns: turnVectors.embed,
    /** Makes anew, some at a time, the vectors that another model made; returns how many. */
    reembed: turnVectors.reembed,
    embeddingProgress: turnVectors.progress,
    reembedding: turnVectors.reembedding,
    /** Brings the figures of all people's facts up to date. */
    observe: createObserver(dependencies),

    promoteDue: movement.promoteDue,
    demoteDue: movement.demoteDue,
    expireDue: movement.expireDue,
    purge: movement.purge,
    night: () => movement.night(),

    /** Takes facts out of what a person wrote, through the gate. */
    extract: createExtraction(dependencies, { writer, inbox, hear: summaries.hear }),

    /** Sums up a conversation in one fact. */
    summarise: summaries.summarise,
    /** Writes the jobs of conversations that came to rest; returns how many. */
    summariseIdle: summaries.queueIdle,
  };
}
