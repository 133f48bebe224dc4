// The one place that writes to the terminal: uncaught errors and the address a
// server listens on belong there by contract, and nothing else does.

/** Writes an uncaught error to standard error. */
export function reportError(error: unknown): void {
  // deno-lint-ignore no-console -- the documented place for uncaught errors
  console.error(error);
}

/** Writes a warning about a file or setting that will not do what it seems to. */
export function warn(message: string): void {
  // deno-lint-ignore no-console -- developers see these at start, not users
  console.warn(`🍋 %c[WARNING] ${message}`, "color: rgb(251, 184, 0)");
}

/** Writes a line for the person who started the server or the build. */
export function announce(message: string): void {
  // deno-lint-ignore no-console -- the start banner
  console.log(message);
}
