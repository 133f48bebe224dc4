/** @jsxImportSource preact */
import { expect } from "expect";
import { App } from "./app.ts";
import type { RequestHandler } from "./handler.ts";
import { page } from "./define.ts";
import type { Context } from "./context.ts";

async function text(handler: RequestHandler, path: string, init?: RequestInit): Promise<string> {
  return await (await handler(new Request(`http://localhost${path}`, init))).text();
}

async function status(handler: RequestHandler, path: string, method = "GET"): Promise<number> {
  const res = await handler(new Request(`http://localhost${path}`, { method }));
  await res.body?.cancel();
  return res.status;
}

/** A middleware that leaves its mark in the answer. */
function mark<S>(name: string) {
  return async (ctx: Context<S>) => {
    const res = await ctx.next();
    return new Response(`${name}(${await res.text()})`, res);
  };
}

const ok = () => new Response("ok");

Deno.test("middlewares run left to right, around what is registered below them", async () => {
  const handler = new App().use(mark("a"), mark("b")).get("/1", ok).use(mark("c")).get("/2", ok)
    .handler();
  expect(await text(handler, "/1")).toBe("a(b(ok))");
  expect(await text(handler, "/2")).toBe("a(b(c(ok)))");
});

Deno.test("a middleware with a path covers the path and what is below", async () => {
  const handler = new App().use("/api", mark("api")).get("/api", ok).get("/api/users/:id", ok)
    .get("/apix", ok).handler();
  expect(await text(handler, "/api")).toBe("api(ok)");
  expect(await text(handler, "/api/users/1")).toBe("api(ok)");
  expect(await text(handler, "/apix")).toBe("ok");
});

Deno.test("a route may have middlewares of its own", async () => {
  const handler = new App().get("/", mark("own"), ok).handler();
  expect(await text(handler, "/")).toBe("own(ok)");
});

Deno.test("a middleware may call next twice", async () => {
  let calls = 0;
  const handler = new App().use(async (ctx) => {
    await (await ctx.next()).body?.cancel();
    return await ctx.next();
  }).use(mark("inner")).get("/", () => new Response(String(++calls))).handler();
  expect(await text(handler, "/")).toBe("inner(2)");
});

Deno.test("every method has its handler, all() takes the rest", async () => {
  const handler = new App()
    .get("/", () => new Response("GET"))
    .post("/", () => new Response("POST"))
    .put("/", () => new Response("PUT"))
    .patch("/", () => new Response("PATCH"))
    .delete("/", () => new Response("DELETE"))
    .all("/all/*", (ctx) => new Response(`all ${ctx.req.method}`))
    .handler();
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    expect(await text(handler, "/", { method })).toBe(method);
    expect(await text(handler, "/all/x", { method })).toBe(`all ${method}`);
  }
  expect(await text(handler, "/all/x", { method: "OPTIONS" })).toBe("all OPTIONS");
});

Deno.test("a wrong method is 405, OPTIONS lists the methods, unknown methods are 405", async () => {
  const handler = new App().get("/", ok).post("/", ok).handler();
  expect(await status(handler, "/", "DELETE")).toBe(405);
  expect(await status(handler, "/", "PROPFIND")).toBe(405);
  const res = await handler(new Request("http://localhost/", { method: "OPTIONS" }));
  expect(res.status).toBe(204);
  expect(res.headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS");
});

Deno.test("HEAD runs the GET handler and drops the body", async () => {
  const handler = new App().get("/", () => new Response("long", { headers: { "x-a": "1" } }))
    .handler();
  const res = await handler(new Request("http://localhost/", { method: "HEAD" }));
  expect(res.status).toBe(200);
  expect(res.headers.get("x-a")).toBe("1");
  expect(res.body).toBe(null);
});

Deno.test("lazy middlewares and routes are loaded once, on first use", async () => {
  let loads = 0;
  const handler = new App()
    .use(() => {
      loads++;
      return Promise.resolve(mark("lazy"));
    })
    .route("/page", () => {
      loads++;
      return Promise.resolve({ component: () => <p>page</p> });
    })
    .get("/", () => Promise.resolve(ok))
    .handler();
  expect(loads).toBe(0);
  expect(await text(handler, "/")).toBe("lazy(ok)");
  expect(await text(handler, "/page")).toContain("<p>page</p>");
  expect(await text(handler, "/page")).toContain("<p>page</p>");
  expect(loads).toBe(2);
});

Deno.test("the methods of a lazy route can be named in advance", async () => {
  const load = () => Promise.resolve({ handler: ok });
  const handler = new App().route("/", load, { methods: ["POST"] }).handler();
  expect(await status(handler, "/", "POST")).toBe(200);
  expect(await status(handler, "/")).toBe(405);
});

Deno.test("a route gives its component the data of its handler", async () => {
  const handler = new App().route("/", {
    handler: {
      GET: () => page({ name: "Ada" }, { status: 418, headers: { "x-a": "1" } }),
      POST: () => new Response("posted"),
    },
    component: ({ data }) => <p>{data.name}</p>,
  }).handler();
  const res = await handler(new Request("http://localhost/"));
  expect(res.status).toBe(418);
  expect(res.headers.get("x-a")).toBe("1");
  expect(await res.text()).toContain("<p>Ada</p>");
  expect(await text(handler, "/", { method: "POST" })).toBe("posted");
  expect(await status(handler, "/", "PUT")).toBe(405);
});

Deno.test("a page without GET handler renders with empty data", async () => {
  const component = ({ data }: { data: unknown }) => <p>{JSON.stringify(data)}</p>;
  const handler = new App().route("/", { component, handler: { POST: ok } }).handler();
  expect(await text(handler, "/")).toContain("<p>{}</p>");
});

Deno.test("handlers with the two parameters of Fresh 1 are refused", () => {
  const old = ((_req: unknown, _ctx: unknown) => new Response()) as never;
  const app = new App().route("/old", { handler: { GET: old } });
  expect(() => app.handler()).toThrow('a handler of "/old" has 2');
});

Deno.test("the base path prefixes everything", async () => {
  const handler = new App({ basePath: "/base" }).use("/x", mark("x")).get("/x", ok).get("/", ok)
    .handler();
  expect(await text(handler, "/base/x")).toBe("x(ok)");
  expect(await text(handler, "/base")).toBe("ok");
  expect(await status(handler, "/x")).toBe(404);
});

Deno.test("a mounted app keeps its middlewares, and its base path counts", async () => {
  const inner = new App({ basePath: "/in" }).use(mark("inner")).get("/", ok).get("/a", ok)
    .notFound(() => new Response("inner 404", { status: 404 }));
  const handler = new App().use(mark("outer")).get("/o", ok).mountApp("/sub", inner).handler();
  expect(await text(handler, "/sub/in/a")).toBe("outer(inner(ok))");
  expect(await text(handler, "/sub/in")).toBe("outer(inner(ok))");
  expect(await text(handler, "/o")).toBe("outer(ok)");
  expect(await text(handler, "/nowhere")).toBe("inner 404");
});

Deno.test("an app can be mounted at the root", async () => {
  const handler = new App().mountApp("/", new App().get("/a", ok)).handler();
  expect(await text(handler, "/a")).toBe("ok");
});

Deno.test("what is added after handler() is not seen", async () => {
  const app = new App().get("/", ok);
  const handler = app.handler();
  app.get("/late", ok);
  expect(await status(handler, "/late")).toBe(404);
  expect(await status(app.handler(), "/late")).toBe(200);
});

Deno.test("double slashes are collapsed before routing", async () => {
  const handler = new App().get("/a/b", (ctx) => new Response(ctx.url.pathname)).handler();
  expect(await text(handler, "//a//b")).toBe("/a/b");
});

Deno.test("a whole Hono-like app can sit under a path", async () => {
  const api = { fetch: (req: Request) => new Response(`api ${new URL(req.url).pathname}`) };
  const handler = new App().all("/api/*", (ctx) => api.fetch(ctx.req)).handler();
  expect(await text(handler, "/api/x/y", { method: "PUT" })).toBe("api /api/x/y");
});

Deno.test("below a base path middlewares see what no route matches", async () => {
  const handler = new App({ basePath: "/base" }).use(() => new Response("seen")).get("/a", ok)
    .handler();
  expect(await text(handler, "/base/nowhere")).toBe("seen");
});
