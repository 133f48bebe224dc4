/** The property under which the page layer hands over a rendered page's nonce. */
const NONCE = Symbol.for("__freshNonce");

/** Hands the nonce of a rendered page on to the answer that is sent in its place. */
export function keepNonce(rendered: Response, sent: Response): Response {
  const nonce = (rendered as { [NONCE]?: string })[NONCE];
  return nonce === undefined ? sent : Object.assign(sent, { [NONCE]: nonce });
}

/** The headers of every answer (API-20). A page's scripts and styles carry its nonce. */
export function securityHeaders(
  response: Response,
  options: { baseUrl: string; path?: string },
): [string, string][] {
  const nonce = (response as { [NONCE]?: string })[NONCE];
  const own = nonce ? `'self' 'nonce-${nonce}'` : "'self'";
  const policy = [
    "default-src 'self'",
    `script-src ${own}`,
    `style-src ${own}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    // A form of the billing page leads to the provider's checkout and portal.
    options.path?.startsWith("/billing")
      ? "form-action 'self' https://checkout.stripe.com https://billing.stripe.com"
      : "form-action 'self'",
    "object-src 'none'",
    "worker-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types nova-worker",
    "report-to csp",
  ].join("; ");
  return [
    ["content-security-policy", policy],
    ["reporting-endpoints", 'csp="/api/csp-reports"'],
    ["x-content-type-options", "nosniff"],
    ["x-frame-options", "DENY"],
    ["x-xss-protection", "0"],
    ["referrer-policy", "strict-origin-when-cross-origin"],
    ["permissions-policy", "geolocation=(), microphone=(), camera=(), payment=(), usb=()"],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", "same-origin"],
    ...(options.baseUrl.startsWith("https://")
      ? [
        ["strict-transport-security", "max-age=31536000; includeSubDomains; preload"] as [
          string,
          string,
        ],
      ]
      : []),
  ];
}
