import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "./clock.ts";
import { redact, redactText } from "./redact.ts";

/** In order of weight; a logger writes its own level and those before it. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Members of a log line beside the message. */
export type LogFields = Record<string, unknown>;

/** Writes one JSON line per event. `event` is a stable name, `message` a sentence for people. */
export interface Log {
  error(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields): void;
  info(event: string, message: string, fields?: LogFields): void;
  debug(event: string, message: string, fields?: LogFields): void;
}

/** Where a request comes from. */
export interface RequestOrigin {
  /** The client's address, behind trusted proxies the forwarded one. */
  address: string;
  userAgent: string;
}

const correlation = new AsyncLocalStorage<{ id: string; from: RequestOrigin | undefined }>();

/**
 * Runs `fn` with a correlation id that every log line and outgoing call within it carries. Work
 * that no request waits for, such as a job, comes from nowhere.
 */
export function withCorrelation<T>(id: string, fn: () => T, from?: RequestOrigin): T {
  return correlation.run({ id, from }, fn);
}

/** The correlation id of the request or job under way, if any. */
export function correlationId(): string | undefined {
  return correlation.getStore()?.id;
}

/** Where the request under way comes from; undefined in jobs and commands. */
export function requestOrigin(): RequestOrigin | undefined {
  return correlation.getStore()?.from;
}

/** The members of a log line that describe an error, without its stack in production. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: redactText(String(error)) };
  return {
    error: redactText(error.message),
    errorName: error.name,
    stack: error.stack ? redactText(error.stack.split("\n").slice(1, 6).join("\n")) : undefined,
    cause: error.cause instanceof Error ? redactText(error.cause.message) : undefined,
  };
}

/** A logger that passes redacted JSON lines to `write`, one at a time, each ending in a newline. */
export function createLog(options: {
  clock: Clock;
  level: LogLevel;
  write: (line: string) => void;
  /** Members of every line: service, environment, version. */
  base?: LogFields;
}): Log {
  const threshold = LOG_LEVELS.indexOf(options.level);
  const emit = (level: LogLevel, event: string, message: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(level) > threshold) return;
    const line = {
      ts: options.clock.now().toISOString(),
      level,
      ...options.base,
      event,
      message: redactText(message),
      correlationId: correlationId(),
      ...(redact(fields) as LogFields),
    };
    options.write(JSON.stringify(line) + "\n");
  };
  return {
    error: (event, message, fields) => emit("error", event, message, fields),
    warn: (event, message, fields) => emit("warn", event, message, fields),
    info: (event, message, fields) => emit("info", event, message, fields),
    debug: (event, message, fields) => emit("debug", event, message, fields),
  };
}

/** A logger that writes nothing. */
export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };
