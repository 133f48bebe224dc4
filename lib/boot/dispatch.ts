import {
  type createGate,
  type EdgeHandler,
  entitled,
  type Health,
  keepNonce,
  type StatusReport,
} from "@/lib/api/mod.ts";
import type { SignedIn } from "@/lib/accounts/mod.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import type { RouteMeta } from "@/lib/platform/http/route.ts";
import { isProblem, type Problem } from "@/lib/platform/problem.ts";
import type { Log } from "@/lib/platform/log.ts";
import type { PageServices } from "@/lib/ui/view.ts";
import { type AccountCenter, accountCenter } from "./account_center.ts";
import type { apiOf } from "./api.ts";
import { readPageForm } from "./page_form.ts";
import { pageServices, type PageVisitor } from "./pages.ts";
import type { Services } from "./services.ts";

type Api = ReturnType<typeof apiOf>["api"];

/** What a page request carries beside itself; the pages' middleware reads it. */
export interface PageContext {
  services: PageServices;
  center: AccountCenter;
  signedIn: SignedIn | null;
  /** Binds the forms of the page to the session; null for visitors. */
  formToken: string | null;
  /** Why the page is not shown: the error page tells it in words. */
  refused: Problem | null;
  /** What was thrown while the page was made; the answer gets its status. */
  fault: Problem | null;
  correlationId: string;
  log: Log;
}

/** Renders pages. */
export type PageHandler = (
  request: Request,
  info: Deno.ServeHandlerInfo & { page: PageContext },
) => Response | Promise<Response>;

/** A page as the limits see it. */
const PAGE: RouteMeta = { summary: "", tag: "", auth: "public", responses: {} };

const isStatic = (pathname: string) =>
  /\.[a-z0-9]{2,5}$/.test(pathname) || pathname.startsWith("/_fresh/");

/** Sends a request to the API or to the pages, and tells pages who asks. */
export function dispatch(options: {
  services: Services;
  api: Api;
  pages: PageHandler | undefined;
  health: Health;
  gate: ReturnType<typeof createGate>;
  status: () => Promise<StatusReport>;
}): EdgeHandler {
  const { services, api, pages, health, gate } = options;
  return async (request, context) => {
    const { pathname } = new URL(request.url);
    if (!health.isReady && pathname !== "/healthz" && pathname !== "/readyz") {
      throw health.startingProblem();
    }
    if (api.owns(pathname) || !pages) return await api.fetch(request, context);
    const { address } = context;
    let current: Principal | null = null;
    const render = async (
      visitor: PageVisitor,
      formToken: string | null,
      asked = request,
      refused: Problem | null = null,
    ) => {
      const page: PageContext = {
        services: pageServices(services, visitor),
        center: accountCenter(services, visitor),
        signedIn: visitor.signedIn,
        formToken,
        refused,
        fault: null,
        correlationId: context.correlationId,
        log: services.log,
      };
      const response = await pages(asked, {
        remoteAddr: context.peer as Deno.NetAddr,
        completed: Promise.resolve(),
        page,
      });
      return withFault(response, page.fault);
    };
    const stranger: PageVisitor = {
      principal: null,
      signedIn: null,
      address,
      routes: api.routes,
      status: options.status,
      limit: (rate, text) =>
        gate.limit({
          request,
          // Whom a class counts, the person or the address, is the gate's to know.
          principal: current,
          address,
          meta: { ...PAGE, rate },
          ...(text === undefined ? {} : { text }),
        }),
    };
    // Static files stand outside all limits and know nobody (API-18).
    if (isStatic(pathname)) return await render(stranger, null);
    const { accounts } = services;
    const token = accounts.cookie.read(request.headers);
    const found = await accounts.authenticate(token ? { kind: "session", token } : null, context);
    const principal = found.kind === "user"
      ? await entitled(found.principal, services.entitlements)
      : null;
    const signedIn = principal ? accounts.me(principal) : null;
    current = principal;
    try {
      await gate.limit({
        request,
        principal,
        address,
        meta: principal ? PAGE : { ...PAGE, rate: "PUBLIC" },
      });
    } catch (error) {
      // Somebody who reads gets a page, programs the problem itself.
      if (!isProblem(error) || !wantsPage(request)) throw error;
      return await render(stranger, null, request, error);
    }
    const formToken = principal ? await accounts.formToken(principal.sessionId) : null;
    let asked = request;
    if (request.method !== "GET" && request.method !== "HEAD") {
      gate.checkForm(request);
      asked = await readPageForm(request, formToken);
    }
    const visitor = principal && signedIn
      ? { ...stranger, principal, signedIn: withPlan(signedIn, principal) }
      : stranger;
    const response = await render(visitor, formToken, asked);
    // A cookie that no longer stands for anybody is taken away (ACC-37).
    if (token && !principal && !response.headers.has("set-cookie")) {
      response.headers.append("set-cookie", accounts.cookie.clear());
    }
    // A value that the page itself renewed wins.
    if (found.kind === "user" && found.setCookie && !setsSame(response, found.setCookie)) {
      response.headers.append("set-cookie", found.setCookie);
    }
    if (principal && !response.headers.has("cache-control")) {
      response.headers.set("cache-control", "no-store");
    }
    return response;
  };
}

/** The answer of an error page with the status and the wait of what was thrown. */
function withFault(response: Response, fault: Problem | null): Response {
  if (!fault || response.status === fault.status) return response;
  const headers = new Headers(response.headers);
  const { retryAfterSeconds: wait } = fault.extra;
  if (typeof wait === "number") headers.set("retry-after", String(Math.max(1, Math.ceil(wait))));
  const sent = new Response(response.body, { status: fault.status, headers });
  return keepNonce(response, sent);
}

/** Whether a browser goes to a page, and does not fetch something for one. */
function wantsPage(request: Request): boolean {
  return request.method === "GET" && (request.headers.get("accept") ?? "").includes("text/html");
}

/** Whether an answer sets a cookie of the same name. */
function setsSame(response: Response, cookie: string): boolean {
  const name = cookie.slice(0, cookie.indexOf("=") + 1);
  return response.headers.getSetCookie().some((one) => one.startsWith(name));
}

/** What a page shows of an account, with the plan that holds now. */
function withPlan(signedIn: SignedIn, { plan, effectivePlan }: Principal): SignedIn {
  return { ...signedIn, user: { ...signedIn.user, plan, effectivePlan } };
}

/** Names of routes for metrics and logs: the declared pattern, or the kind of page. */
export function routeNames(api: Api): (request: Request) => string {
  const patterns = api.routes.map(({ path, method }) => ({
    method,
    path,
    pattern: new URLPattern({ pathname: path }),
  }));
  return (request) => {
    const { pathname } = new URL(request.url);
    if (api.owns(pathname)) {
      const found = patterns.find(({ method, pattern }) =>
        method === request.method && pattern.test({ pathname })
      );
      return found?.path ?? "unknown";
    }
    if (isStatic(pathname)) return "static";
    const name = pathname.replace(/[0-9a-f-]{36}/g, ":id");
    return PAGES.test(name) ? name.split("/").slice(0, 3).join("/") : "page";
  };
}

const PAGES =
  /^\/(?:chat|memory|usage|billing|pricing|status|dashboard|welcome|notifications|admin|settings|login|register|constitution|help|docs|2fa|step-up|verify-email|forgot-password|reset-password|end-device|undo-email|unsubscribe|legal|accept-terms)?(?:\/(?::id|api|sign-out|profile|security|devices|keys|notifications|companion|privacy|data|history))?$/;
