/** Key under which a rendered response carries the nonce of its scripts and styles. */
export const NONCE: unique symbol = Symbol.for("__freshNonce") as never;

/** The nonce of a rendered response; others have none. */
export function nonceOf(response: Response): string | undefined {
  return (response as { [NONCE]?: string })[NONCE];
}
