import { trace } from "@opentelemetry/api";
import type { ResolvedFreshConfig } from "./config.ts";
import { Context } from "./context.ts";
import { HttpError } from "./http_error.ts";
import { compose } from "./pipeline.ts";
import type { Plan } from "./plan.ts";
import { reportError } from "./report.ts";
import { pipelineOf } from "./segments.ts";
import type { ConnInfo, Middleware } from "./types.ts";
import { requestUrl } from "./url.ts";

/** What `handler()` returns: answers one request. */
export type RequestHandler = (req: Request, info?: ConnInfo) => Promise<Response>;

const DEFAULT_INFO: ConnInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 8000 },
  completed: Promise.resolve(),
};

/** Makes the function that answers requests from what an app has registered. */
export function createHandler<State>(
  plan: Plan<State>,
  config: ResolvedFreshConfig,
): RequestHandler {
  const { router, root, shared, cache, base } = plan;
  // What the app adds for everything hangs at its base path.
  const rootSteps = pipelineOf(root.at(base), shared);
  const notFound = compose<State>([...rootSteps, () => {
    throw new HttpError(404);
  }]);
  const wrongMethod = compose<State>([...rootSteps, (ctx) => {
    if (ctx.req.method !== "OPTIONS") throw new HttpError(405);
    const allow = router.allowed(ctx.route!).join(", ");
    return new Response(null, { status: 204, headers: { allow } });
  }]);

  return async (req, info = DEFAULT_INFO) => {
    const url = requestUrl(req, config.trustProxy);
    const { item, pattern, params } = router.match(req.method, url.pathname);
    if (pattern !== null) nameRootSpan(req.method, pattern);
    const ctx = new Context<State>({
      req,
      url,
      info,
      params,
      route: pattern,
      config,
      cache,
    });
    const run = item ?? (pattern === null ? notFound : wrongMethod);
    const response = await answer(run, ctx);
    return req.method === "HEAD" ? withoutBody(response) : response;
  };
}

/** Runs the pipeline; what no error page caught becomes a plain response. */
async function answer<State>(run: Middleware<State>, ctx: Context<State>): Promise<Response> {
  try {
    return await run(ctx);
  } catch (error) {
    if (error instanceof HttpError) {
      if (error.status >= 500) reportError(error);
      return new Response(error.message, { status: error.status });
    }
    reportError(error);
    return new Response("Internal server error", { status: 500 });
  }
}

function withoutBody(response: Response): Response {
  if (response.body === null) return response;
  response.body.cancel().catch(() => {});
  const { status, statusText, headers } = response;
  return new Response(null, { status, statusText, headers });
}

/** Deno names the span of a request by its method only; the pattern makes traces readable. */
function nameRootSpan(method: string, pattern: string): void {
  const span = trace.getActiveSpan();
  if (span === undefined) return;
  span.updateName(`${method} ${pattern}`);
  span.setAttribute("http.route", pattern);
}
