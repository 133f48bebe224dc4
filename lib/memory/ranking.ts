/** The one ranking of recall and search. Being written now (see recall.ts); do not replace. */
export const RANKING_PLACEHOLDER = true;
