/**
 * Whether `If-Match` names the present state: one of its validators, or `*` for any.
 *
 * The server marks validators as weak (`W/`) when it compresses an answer on its way, and clients
 * send back what they got. Ours tell versions apart, not bytes, so that the mark means nothing.
 */
export function matchesEtag(header: string, etag: string): boolean {
  const opaque = (value: string) => value.trim().replace(/^W\//, "");
  return header.split(",").some((value) => value.trim() === "*" || opaque(value) === opaque(etag));
}
