/** What the files of a folder are registered by: the special ones, plain files, groups, patterns. */
const RANK = {
  _middleware: 0,
  _layout: 1,
  _404: 1,
  _error: 2,
  _500: 2,
  index: 3,
} as const;

function rank(segment: string, isFile: boolean): number {
  if (isFile && segment in RANK) return RANK[segment as keyof typeof RANK];
  if (segment.startsWith("(")) return 5;
  if (segment.startsWith("[...")) return 8;
  if (segment.startsWith("[")) return 6;
  return segment.includes("[") ? 5.5 : 4;
}

/** Order of registration: per folder, from what applies to all to what matches most. */
export function compareRoutes(a: { id: string }, b: { id: string }): number {
  if (a.id === "/_app") return -1;
  if (b.id === "/_app") return 1;
  const left = a.id.split("/");
  const right = b.id.split("/");
  const length = Math.min(left.length, right.length);
  for (let i = 1; i < length; i++) {
    const [x, y] = [left[i]!, right[i]!];
    if (x === y) continue;
    const byRank = rank(x, i === left.length - 1) -
      rank(y, i === right.length - 1);
    return byRank !== 0 ? byRank : x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/**
 * The same order for paths of files below the routes folder, with or without their extension; for
 * tools that sort routes by themselves.
 */
export function sortRoutePaths(a: string, b: string): number {
  const id = (path: string) => path.replace(/\.[jt]sx?$/, "");
  return compareRoutes({ id: id(a) }, { id: id(b) });
}
