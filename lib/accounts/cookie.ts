import { base64url, fromBase64url, type PurposeKey } from "@/lib/platform/crypto.ts";
import { isUuid } from "@/lib/platform/ids.ts";

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
  const flags = flagsOf(secure);
  return {
    name,
    read: (headers) => valueOf(headers, name),
    set: (token, maxAge) => `${name}=${token}; Max-Age=${maxAge}; ${flags}`,
    clear: () => `${name}=; Max-Age=0; ${flags}`,
  };
}

function flagsOf(secure: boolean): string {
  return `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

function valueOf(headers: Headers, name: string): string | null {
  for (const part of (headers.get("cookie") ?? "").split(";")) {
    const [key, ...rest] = part.split("=");
    if (key?.trim() === name) return rest.join("=").trim() || null;
  }
  return null;
}

/** Marks a browser that signed in before, so that strangers cannot lock its owner out (ACC-24). */
export interface DeviceCookie {
  /** The id of a device whose signature is ours, or null. */
  read(headers: Headers): Promise<string | null>;
  set(deviceId: string): Promise<string>;
}

/** The longest that browsers keep a cookie, in seconds. */
const DEVICE_SECONDS = 400 * 24 * 3600;

/** The device cookie of an installation: an id and its signature. */
export function deviceCookie(baseUrl: string, key: PurposeKey): DeviceCookie {
  const secure = baseUrl.startsWith("https://");
  const name = secure ? "__Host-nova_device" : "nova_device";
  return {
    async read(headers) {
      const [id = "", mac = ""] = valueOf(headers, name)?.split(".") ?? [];
      const bytes = fromBase64url(mac);
      return isUuid(id) && bytes && await key.verify(id, bytes) ? id : null;
    },
    async set(id) {
      const mac = base64url(await key.mac(id));
      return `${name}=${id}.${mac}; Max-Age=${DEVICE_SECONDS}; ${flagsOf(secure)}`;
    },
  };
}
