/** Where the browser keeps its session: its name depends on whether the page is served by TLS. */
export interface SessionCookie {
  name: string;
  /** The token of a request, or null. */
  read(headers: Headers): string | null;
  /** `Set-Cookie` for a new token. */
  set(token: string, maxAgeSeconds: number): string;
  /** `Set-Cookie` that removes it. */
  clear(): string;
}

/** The cookie of an installation; over plain HTTP it can be neither `Secure` nor `__Host-`. */
export function sessionCookie(baseUrl: string): SessionCookie {
  const secure = baseUrl.startsWith("https://");
  const name = secure ? "__Host-nova_session" : "nova_session";
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return {
    name,
    read(headers) {
      for (const part of (headers.get("cookie") ?? "").split(";")) {
        const [key, ...rest] = part.split("=");
        if (key?.trim() === name) return rest.join("=").trim() || null;
      }
      return null;
    },
    set: (token, maxAge) => `${name}=${token}; Max-Age=${maxAge}; ${flags}`,
    clear: () => `${name}=; Max-Age=0; ${flags}`,
  };
}
