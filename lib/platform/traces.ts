import { SpanStatusCode, trace } from "@opentelemetry/api";

/** Values that describe a span. Never text, addresses or ids of people. */
export type SpanAttributes = Record<string, string | number | boolean>;

const tracer = trace.getTracer("novacore");

/**
 * Runs `work` within a span. With `OTEL_DENO=true` Deno exports it; otherwise this costs nothing
 * worth measuring.
 */
export function withSpan<T>(
  name: string,
  work: () => T | Promise<T>,
  attributes: SpanAttributes = {},
): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      // The name of the error alone: its message may hold what nobody should read in a trace.
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.name : "error",
      });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Names the span of the request under way after its route, as the conventions of HTTP ask. */
export function nameRequestSpan(method: string, route: string): void {
  const span = trace.getActiveSpan();
  span?.updateName(`${method} ${route}`);
  span?.setAttribute("http.route", route);
}
