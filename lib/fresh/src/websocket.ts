import { HttpError } from "./http_error.ts";

/** Callbacks of a managed WebSocket; all are optional. */
export interface WebSocketHandlers {
  open?(socket: WebSocket): void;
  message?(socket: WebSocket, event: MessageEvent): void;
  close?(socket: WebSocket, code: number, reason: string): void;
  error?(socket: WebSocket, event: Event | ErrorEvent): void;
}

/** Options of the upgrade. */
export interface WebSocketUpgradeOptions {
  /** Seconds without a sign of life after which the socket is closed (default 120). */
  idleTimeout?: number;
  /** Sub-protocol to agree on. */
  protocol?: string;
}

const CALLBACKS = ["open", "message", "close", "error"] as const;

/** Whether an argument of `ctx.upgrade()` holds callbacks rather than options. */
export function isHandlers(
  value: WebSocketHandlers | WebSocketUpgradeOptions | undefined,
): value is WebSocketHandlers {
  if (value === undefined) return false;
  return CALLBACKS.some((name) => typeof (value as WebSocketHandlers)[name] === "function");
}

/**
 * Upgrades a request.
 * @throws HttpError 400 when the request does not ask for a WebSocket.
 */
export function upgradeRequest(
  req: Request,
  options: WebSocketUpgradeOptions | undefined,
): { socket: WebSocket; response: Response } {
  if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new HttpError(400, "Expected a WebSocket upgrade request");
  }
  return Deno.upgradeWebSocket(req, options);
}

/** Connects the callbacks to a socket. */
export function attach(socket: WebSocket, handlers: WebSocketHandlers): void {
  if (handlers.open) socket.onopen = () => handlers.open?.(socket);
  if (handlers.message) {
    socket.onmessage = (event) => handlers.message?.(socket, event);
  }
  if (handlers.close) {
    socket.onclose = (event) => handlers.close?.(socket, event.code, event.reason);
  }
  if (handlers.error) {
    socket.onerror = (event) => handlers.error?.(socket, event);
  }
}
