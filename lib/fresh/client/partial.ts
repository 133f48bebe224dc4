/** Partials belong to pages: inside an island, the island itself is in charge. */
export function Partial(): never {
  throw new Error("A <Partial> cannot be inside an island");
}
