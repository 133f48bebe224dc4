/**
 * Tells the server that a part of a page failed, without any text of the person (UI-57).
 *
 * @param part its name, for example `memory`.
 */
export function reportFailure(part: string, error: unknown): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
  fetch("/api/client-errors", {
    method: "POST",
    keepalive: true,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ part, message: message.slice(0, 300) }),
  }).catch(() => {
    // A report that does not arrive must not become a second fault.
  });
}
