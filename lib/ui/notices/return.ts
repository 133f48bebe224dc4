/** How long a page is out of sight before its session is looked at again. */
export const AWAY_MS = 5 * 60_000;

/** What looking after a session needs of the browser. */
export interface ReturnPorts {
  /** Now, in milliseconds. */
  now(): number;
  visible(): boolean;
  /** Tells when the page comes into sight or goes; returns how to stop. */
  onVisibility(hear: () => void): () => void;
  /** Tells when a page is shown again; `kept` if the browser had kept it for the way back. */
  onShow(hear: (kept: boolean) => void): () => void;
  /** Whose session the server knows; `null` when it has ended. Rejects when it cannot be told. */
  whose(): Promise<string | null>;
  /** Leads to the sign-in page, and from there back. */
  leave(): void;
  /** Makes the page anew, for whoever is signed in now. */
  renew(): void;
}

/**
 * Looks at the session once when a page comes back after long: what is on it may belong to a
 * session that has ended since, or to somebody else (UI-83).
 *
 * @returns how to stop
 */
export function watchReturn(ports: ReturnPorts, userId: string): () => void {
  let hiddenAt: number | null = ports.visible() ? null : ports.now();
  let asking = false;
  const look = async () => {
    if (asking) return;
    asking = true;
    try {
      const now = await ports.whose();
      if (now === null) ports.leave();
      else if (now !== userId) ports.renew();
    } catch {
      // Offline, or the server is busy: whatever is done next tells.
    } finally {
      asking = false;
    }
  };
  const stops = [
    ports.onVisibility(() => {
      if (!ports.visible()) {
        hiddenAt ??= ports.now();
        return;
      }
      const away = hiddenAt === null ? 0 : ports.now() - hiddenAt;
      hiddenAt = null;
      if (away >= AWAY_MS) void look();
    }),
    ports.onShow((kept) => kept && void look()),
  ];
  return () => stops.forEach((stop) => stop());
}

/** The browser's own means. */
export function browserReturn(): ReturnPorts {
  return {
    now: () => Date.now(),
    visible: () => document.visibilityState === "visible",
    onVisibility(hear) {
      document.addEventListener("visibilitychange", hear);
      return () => document.removeEventListener("visibilitychange", hear);
    },
    onShow(hear) {
      const listen = (event: PageTransitionEvent) => hear(event.persisted);
      addEventListener("pageshow", listen);
      return () => removeEventListener("pageshow", listen);
    },
    async whose() {
      const response = await fetch("/api/auth/me", { cache: "no-store" });
      if (response.status === 401) return null;
      if (!response.ok) throw new Error("The session could not be looked at");
      return (await response.json() as { user: { id: string } }).user.id;
    },
    // Replaced, so that the way back does not lead to the page of a session that has ended.
    leave: () =>
      location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`),
    renew: () => location.reload(),
  };
}
