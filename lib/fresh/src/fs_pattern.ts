/** Where the file `id` answers and where it hangs in the tree. */
export interface FsPath {
  /** URL pattern; groups and `index` left out. */
  pattern: string;
  /** Segments of the tree; groups kept, `index` left out. */
  scope: string;
}

function fail(id: string, reason: string): never {
  throw new SyntaxError(`Invalid route path "${id}": ${reason}`);
}

/** The pattern of one segment, or null for a group. */
function segmentPattern(segment: string, id: string, isLast: boolean): string | null {
  if (segment.startsWith("(") && segment.endsWith(")")) return null;
  if (segment.startsWith("[...") && segment.endsWith("]")) {
    if (!isLast) fail(id, "a rest parameter must be the last segment");
    return `/:${segment.slice(4, -1)}*`;
  }
  if (segment.startsWith("[[") && segment.endsWith("]]")) {
    return `{/:${segment.slice(2, -2)}}?`;
  }
  let pattern = "";
  let literalSince = true;
  for (let i = 0; i < segment.length; i++) {
    const char = segment[i]!;
    if (char === "]") fail(id, '"]" without "["');
    if (char !== "[") {
      pattern += char;
      literalSince = true;
      continue;
    }
    const end = segment.indexOf("]", i);
    const name = segment.slice(i + 1, end);
    if (end < 0 || name === "") fail(id, "unfinished parameter");
    if (!/^[\w$]+$/.test(name)) fail(id, `"${name}" is not a parameter name`);
    // Without a separator nothing says where the first one ends.
    if (!literalSince) fail(id, "two parameters must be separated");
    pattern += `:${name}`;
    literalSince = false;
    // A name directly after a parameter would become part of its name.
    if (/[\w$]/.test(segment[end + 1] ?? "")) {
      pattern = `${pattern.slice(0, -name.length - 1)}{:${name}}`;
    }
    i = end;
  }
  return `/${pattern}`;
}

/**
 * Turns a path below the routes folder, without extension, into a pattern:
 * `/blog/[slug]` is `/blog/:slug`, `/(group)/index` is `/`.
 * @throws SyntaxError for parameters that cannot be told apart.
 */
export function pathToPattern(id: string): FsPath {
  const segments = id.split("/").filter((segment) => segment !== "");
  if (segments.at(-1) === "index") segments.pop();
  let pattern = "";
  let scope = "";
  segments.forEach((segment, i) => {
    const part = segmentPattern(segment, id, i === segments.length - 1);
    if (part !== null) pattern += part;
    scope += part === null ? `/${segment}` : part.startsWith("{/") ? `/{${part.slice(2)}` : part;
  });
  return { pattern: pattern || "/", scope: scope || "/" };
}
