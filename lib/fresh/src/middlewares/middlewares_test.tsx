/** @jsxImportSource preact */
import { expect } from "expect";
import { App } from "../app.ts";
import { request, withBuild } from "../testing.ts";
import type { Middleware } from "../types.ts";
import { cors } from "./cors.ts";
import { csp } from "./csp.ts";
import { csrf } from "./csrf.ts";
import { ipFilter } from "./ip_filter.ts";
import { staticFiles } from "./static_files.ts";
import { trailingSlashes } from "./trailing_slashes.ts";

function appWith(middleware: Middleware<unknown>): App<unknown> {
  return new App().use(middleware).all("/*", () => new Response("ok"));
}

const files = { "/a.css": "a{}", "/ü b.css": "b{}", "/_fresh/js/BUILD/x.js": "x" };

function staticApp(mode: "development" | "production" = "production", basePath = ""): App<unknown> {
  const app = new App({ basePath }).use(staticFiles()).get("/*", () => new Response("page"));
  return withBuild(app, { files, mode });
}

Deno.test("staticFiles serves a file with type, size and ETag", async () => {
  const res = await request(staticApp(), "/a.css");
  expect(res.headers.get("content-type")).toBe("text/css; charset=utf-8");
  expect(res.headers.get("content-length")).toBe("3");
  expect(res.headers.get("etag")).toBe(`W/"hash-3"`);
  expect(await res.text()).toBe("a{}");
  expect(await (await request(staticApp(), "/%C3%BC%20b.css")).text()).toBe("b{}");
});

Deno.test("a file's name may hold any character that a URL escapes", async () => {
  const app = withBuild(new App().use(staticFiles()), { files: { "/a#b?.css": "x", "/c/d": "y" } });
  expect(await (await request(app, "/a%23b%3F.css")).text()).toBe("x");
  expect(await (await request(app, "/c%2Fd")).text()).toBe("y");
});

Deno.test("staticFiles answers 304 to a known ETag", async () => {
  for (const tag of [`W/"hash-3"`, `"hash-3"`, "hash-3", `"other", W/"hash-3"`, "*"]) {
    const res = await request(staticApp(), "/a.css", { headers: { "if-none-match": tag } });
    expect([tag, res.status, res.body]).toEqual([tag, 304, null]);
  }
  const other = await request(staticApp(), "/a.css", { headers: { "if-none-match": `"no"` } });
  expect(await other.text()).toBe("a{}");
});

Deno.test("files may be kept for a year when the URL names the build", async () => {
  const year = "public, max-age=31536000, immutable";
  const cache = async (path: string) => {
    const res = await request(staticApp(), path, { method: "HEAD" });
    return res.headers.get("cache-control");
  };
  expect(await cache("/a.css?__frsh_c=BUILD")).toBe(year);
  expect(await cache("/_fresh/js/BUILD/x.js")).toBe(year);
  expect(await cache("/a.css")).toBe(null);
});

Deno.test("nothing is cached in development", async () => {
  const res = await request(staticApp("development"), "/a.css?__frsh_c=BUILD", { method: "HEAD" });
  expect(res.headers.get("cache-control")).toBe("no-cache, no-store, max-age=0, must-revalidate");
  expect(res.headers.get("etag")).toBe(null);
});

Deno.test("the id of another build leads to the file without one", async () => {
  const res = await request(staticApp(), "/a.css?x=1&__frsh_c=OLD");
  expect(res.status).toBe(307);
  expect(res.headers.get("location")).toBe("/a.css?x=1");
});

Deno.test("staticFiles refuses other methods and passes on what is no file", async () => {
  expect((await request(staticApp(), "/a.css", { method: "POST" })).status).toBe(405);
  expect(await (await request(staticApp(), "/b.css")).text()).toBe("page");
  const favicon = await request(staticApp(), "/favicon.ico");
  expect([favicon.status, favicon.body]).toEqual([404, null]);
});

Deno.test("static files live below the base path", async () => {
  const app = staticApp("production", "/base");
  expect(await (await request(app, "/base/a.css")).text()).toBe("a{}");
  expect((await request(app, "/a.css")).status).toBe(404);
});

const origins: [string, Record<string, string>, number][] = [
  ["GET", { "sec-fetch-site": "cross-site" }, 200],
  ["POST", {}, 200],
  ["POST", { "sec-fetch-site": "same-origin" }, 200],
  ["POST", { "sec-fetch-site": "none" }, 200],
  ["POST", { "sec-fetch-site": "cross-site" }, 403],
  ["POST", { "sec-fetch-site": "same-site", origin: "http://localhost" }, 200],
  ["POST", { origin: "http://localhost" }, 200],
  ["POST", { origin: "http://evil.example" }, 403],
  ["DELETE", { origin: "null" }, 403],
];
for (const [method, headers, status] of origins) {
  Deno.test(`csrf answers ${status} to ${method} with ${JSON.stringify(headers)}`, async () => {
    expect((await request(appWith(csrf()), "/", { method, headers })).status).toBe(status);
  });
}

Deno.test("csrf takes the allowed origins as text, list or function", async () => {
  const allowed = "https://a.example";
  for (const origin of [allowed, [allowed], (origin: string) => origin === allowed]) {
    const post = (from: string) =>
      request(appWith(csrf({ origin })), "/", { method: "POST", headers: { origin: from } });
    expect((await post(allowed)).status).toBe(200);
    expect((await post("http://localhost")).status).toBe(403);
  }
});

Deno.test("csp sets its defaults, and directives of an app replace those of the same name", async () => {
  const policy = (await request(appWith(csp()), "/")).headers.get("content-security-policy")!;
  expect(policy.split("; ").length).toBe(13);
  expect(policy).toContain("script-src 'self' 'unsafe-inline'");
  expect(policy).toContain("upgrade-insecure-requests");
  const own = appWith(csp({ csp: ["img-src 'none'", "sandbox"] }));
  const replaced = (await request(own, "/")).headers.get("content-security-policy")!;
  expect(replaced).toContain("img-src 'none'; media-src");
  expect(replaced).toContain("sandbox");
});

Deno.test("csp can only report", async () => {
  const app = appWith(csp({ reportOnly: true, reportTo: "/reports" }));
  const { headers } = await request(app, "/");
  expect(headers.get("content-security-policy")).toBe(null);
  expect(headers.get("content-security-policy-report-only"))
    .toContain("report-to csp-endpoint; report-uri /reports");
  expect(headers.get("reporting-endpoints")).toBe(`csp-endpoint="/reports"`);
});

Deno.test("csp allows the nonce of rendered pages, other responses keep the default", async () => {
  const app = new App().use(csp({ useNonce: true }))
    .get("/page", (ctx) => ctx.render(<style>{"b{}"}</style>))
    .get("/api", () => new Response("{}"));
  const res = await request(app, "/page");
  const policy = res.headers.get("content-security-policy")!;
  const nonce = /<style nonce="(\w+)">/.exec(await res.text())![1];
  expect(policy).toContain(`script-src 'self' 'nonce-${nonce}'`);
  expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
  expect(policy).not.toContain("unsafe-inline");
  const api = (await request(app, "/api")).headers.get("content-security-policy");
  expect(api).toContain("'unsafe-inline'");
});

Deno.test("csp works on responses whose headers cannot be changed", async () => {
  const app = new App().use(csp()).get("/", () => Response.redirect("http://localhost/x"));
  const res = await request(app, "/");
  expect(res.status).toBe(302);
  expect(res.headers.has("content-security-policy")).toBe(true);
});

Deno.test("cors allows every origin by default and answers preflights", async () => {
  const res = await request(appWith(cors()), "/", { headers: { origin: "http://a.example" } });
  expect(res.headers.get("access-control-allow-origin")).toBe("*");
  expect(res.headers.get("vary")).toBe(null);
  const headers = { origin: "http://a.example", "access-control-request-headers": "x-a, x-b" };
  const preflight = await request(appWith(cors({ maxAge: 60 })), "/", {
    method: "OPTIONS",
    headers,
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-methods")).toBe(
    "GET,HEAD,PUT,POST,DELETE,PATCH",
  );
  expect(preflight.headers.get("access-control-allow-headers")).toBe("x-a,x-b");
  expect(preflight.headers.get("access-control-max-age")).toBe("60");
});

Deno.test("cors names a listed origin only and lets caches tell them apart", async () => {
  const app = appWith(
    cors({ origin: ["http://a.example"], credentials: true, exposeHeaders: ["x"] }),
  );
  const good = await request(app, "/", { headers: { origin: "http://a.example" } });
  expect(good.headers.get("access-control-allow-origin")).toBe("http://a.example");
  expect(good.headers.get("access-control-allow-credentials")).toBe("true");
  expect(good.headers.get("access-control-expose-headers")).toBe("x");
  const bad = await request(app, "/", { headers: { origin: "http://b.example" } });
  expect(bad.headers.get("access-control-allow-origin")).toBe(null);
  expect([good.headers.get("vary"), bad.headers.get("vary")]).toEqual(["Origin", "Origin"]);
});

const addresses: [string, { denyList?: string[]; allowList?: string[] }, number][] = [
  ["10.1.2.3", { denyList: ["10.0.0.0/8"] }, 403],
  ["11.1.2.3", { denyList: ["10.0.0.0/8"] }, 200],
  ["192.168.1.10", { denyList: ["192.168.1.10"], allowList: ["192.168.1.0/24"] }, 403],
  ["192.168.1.11", { denyList: ["192.168.1.10"], allowList: ["192.168.1.0/24"] }, 200],
  ["192.168.2.1", { allowList: ["192.168.1.0/24"] }, 403],
  ["2001:db8::1", { allowList: ["2001:db8::/32"] }, 200],
  ["::ffff:10.1.2.3", { denyList: ["10.0.0.0/8"] }, 403],
];
for (const [hostname, rules, status] of addresses) {
  Deno.test(`ipFilter answers ${status} to ${hostname} under ${JSON.stringify(rules)}`, async () => {
    const info = {
      remoteAddr: { transport: "tcp" as const, hostname, port: 1 },
      completed: Promise.resolve(),
    };
    const res = await appWith(ipFilter(rules)).handler()(new Request("http://localhost/"), info);
    expect(res.status).toBe(status);
  });
}

Deno.test("ipFilter hands blocked requests to onBlocked", async () => {
  const app = appWith(ipFilter({ allowList: ["1.1.1.1"] }, {
    onBlocked: ({ addr, type }, ctx) => new Response(`${addr} ${type} ${ctx.url.pathname}`),
  }));
  const info = {
    remoteAddr: { transport: "tcp" as const, hostname: "2.2.2.2", port: 1 },
    completed: Promise.resolve(),
  };
  const res = await app.handler()(new Request("http://localhost/x"), info);
  expect(await res.text()).toBe("2.2.2.2 IPv4 /x");
});

const slashes: ["always" | "never", string, string | null][] = [
  ["never", "/a/?q=1", "/a?q=1"],
  ["never", "/a", null],
  ["never", "/", null],
  ["always", "/a?q=1", "/a/?q=1"],
  ["always", "/a/", null],
  ["always", "/", null],
];
for (const [mode, path, location] of slashes) {
  Deno.test(`trailingSlashes("${mode}") sends ${path} to ${location}`, async () => {
    const res = await request(appWith(trailingSlashes(mode)), path);
    expect(res.status).toBe(location === null ? 200 : 302);
    expect(res.headers.get("location")).toBe(location);
  });
}

Deno.test("cors names a single origin only to itself", async () => {
  const app = appWith(cors({ origin: "https://a.example" }));
  const allowed = async (origin: string) => {
    const res = await request(app, "/", { headers: { origin } });
    return [res.headers.get("access-control-allow-origin"), res.headers.get("vary")];
  };
  expect(await allowed("https://a.example")).toEqual(["https://a.example", "Origin"]);
  expect(await allowed("https://b.example")).toEqual([null, "Origin"]);
});
