import { nonceOf } from "../nonce.ts";
import type { Middleware } from "../types.ts";
import { mutable } from "./headers.ts";

/** Options of `csp()`. */
export interface CSPOptions {
  /** Only report violations. Default: false. */
  reportOnly?: boolean;
  /** URL that reports are sent to. */
  reportTo?: string;
  /** Directives that are added, or replace defaults of the same name. */
  csp?: string[];
  /** Allow scripts and styles by nonce instead of `'unsafe-inline'`. Default: false. */
  useNonce?: boolean;
}

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

const WITH_NONCE = new Set([
  "default-src",
  "script-src",
  "script-src-elem",
  "style-src",
  "style-src-elem",
  "style-src-attr",
]);

function nameOf(directive: string): string {
  return directive.trim().split(/\s+/)[0]!.toLowerCase();
}

/** The defaults with the app's directives in their place. */
function directivesOf(options: CSPOptions): string[] {
  const byName = new Map(DEFAULTS.map((directive) => [nameOf(directive), directive]));
  for (const directive of options.csp ?? []) {
    byName.set(nameOf(directive), directive.trim());
  }
  if (options.reportTo !== undefined) {
    byName.set("report-to", "report-to csp-endpoint");
    byName.set("report-uri", `report-uri ${options.reportTo}`);
  }
  return [...byName.values()];
}

/** Sets the `Content-Security-Policy` header (or its report-only variant). */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const directives = directivesOf(options);
  const policy = directives.join("; ");
  const header = options.reportOnly
    ? "content-security-policy-report-only"
    : "content-security-policy";

  const withNonce = (nonce: string) =>
    directives.map((directive) =>
      WITH_NONCE.has(nameOf(directive))
        ? directive.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`)
        : directive
    ).join("; ");

  return async function csp(ctx) {
    const response = mutable(await ctx.next());
    const nonce = options.useNonce ? nonceOf(response) : undefined;
    response.headers.set(header, nonce === undefined ? policy : withNonce(nonce));
    if (options.reportTo !== undefined) {
      response.headers.set(
        "reporting-endpoints",
        `csp-endpoint="${options.reportTo}"`,
      );
    }
    return response;
  };
}
