/** @jsxImportSource preact */
import { expect } from "expect";
import { App } from "./app.ts";
import type { Context } from "./context.ts";

async function run(
  handle: (ctx: Context<Record<string, unknown>>) => Response | Promise<Response>,
  request: Request | string = "http://localhost/",
): Promise<Response> {
  const handler = new App<Record<string, unknown>>({ trustProxy: true })
    .onError("*", (ctx) => new Response(String(ctx.error), { status: 500 }))
    .all("/*", handle).handler();
  return await handler(typeof request === "string" ? new Request(request) : request);
}

Deno.test("a context tells the request, the route and its parameters", async () => {
  let seen: Context<unknown> | undefined;
  const handler = new App({ basePath: "/b" }).get("/u/:id", (ctx) => {
    seen = ctx;
    return new Response();
  }).handler();
  await handler(new Request("http://localhost/b/u/1?q=2"));
  expect(seen!.params).toEqual({ id: "1" });
  expect(seen!.route).toBe("/b/u/:id");
  expect(seen!.url.search).toBe("?q=2");
  expect(seen!.config.basePath).toBe("/b");
  expect(seen!.error).toBe(null);
  expect(seen!.isPartial).toBe(false);
});

Deno.test("route is null when nothing matched", async () => {
  let route: string | null = "unset";
  await new App().use((ctx) => {
    route = ctx.route;
    return ctx.next();
  }).handler()(new Request("http://localhost/x"));
  expect(route).toBe(null);
});

Deno.test("every request has a state of its own", async () => {
  const handler = new App<{ n?: number }>().use((ctx) => {
    ctx.state.n = (ctx.state.n ?? 0) + 1;
    return ctx.next();
  }).get("/", (ctx) => new Response(String(ctx.state.n))).handler();
  const get = async () => await (await handler(new Request("http://localhost/"))).text();
  expect([await get(), await get()]).toEqual(["1", "1"]);
});

const redirects: [string, string][] = [
  ["/a", "/a"],
  ["//evil.example/x", "/evil.example/x"],
  ["/\\evil.example", "/evil.example"],
  ["/a//b?next=//c", "/a/b?next=//c"],
  ["https://other.example//x", "https://other.example//x"],
];
for (const [target, location] of redirects) {
  Deno.test(`a redirect to "${target}" leads to "${location}"`, async () => {
    const res = await run((ctx) => ctx.redirect(target));
    expect(res.status).toBe(302);
    expect(res.headers.get("location")).toBe(location);
  });
}

Deno.test("a redirect keeps its status and stays partial", async () => {
  const res = await run(
    (ctx) => ctx.redirect("/a#top", 307),
    "http://localhost/?fresh-partial=true",
  );
  expect(res.status).toBe(307);
  expect(res.headers.get("location")).toBe("/a?fresh-partial=true#top");
});

Deno.test("render adds what a document needs and keeps the init", async () => {
  const res = await run((ctx) =>
    ctx.render(<h1>hi</h1>, { status: 418, statusText: "Tea", headers: { "x-a": "1" } })
  );
  expect(res.status).toBe(418);
  expect(res.statusText).toBe("Tea");
  expect(res.headers.get("x-a")).toBe("1");
  expect(res.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(res.headers.get("link")).toBe(null);
  expect(await res.text()).toBe(
    `<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body><h1>hi</h1></body></html>`,
  );
});

Deno.test("render without JSX is an error", async () => {
  const none = await run((ctx) => (ctx.render as () => Promise<Response>)());
  expect(await none.text()).toContain("No arguments passed to: ctx.render()");
  const object = await run((ctx) => ctx.render({} as never));
  expect(await object.text()).toContain("Non-JSX element passed to: ctx.render()");
});

Deno.test("text, html, json and stream make responses", async () => {
  const plain = await run((ctx) => ctx.text("a"));
  expect(plain.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
  const html = await run((ctx) => ctx.html("<p>", { status: 201 }));
  expect([html.status, html.headers.get("content-type")]).toEqual([
    201,
    "text/html; charset=utf-8",
  ]);
  expect(await (await run((ctx) => ctx.json({ a: 1 }))).json()).toEqual({ a: 1 });
  const stream = await run((ctx) =>
    ctx.stream(function* () {
      yield "a";
      yield new TextEncoder().encode("b") as never;
    })
  );
  expect(await stream.text()).toBe("ab");
});

Deno.test("a middleware that returns no response is an error", async () => {
  const res = await run(() => "text" as never);
  expect(res.status).toBe(500);
  expect(await res.text()).toContain('Expected a "Response" instance');
});

Deno.test("a request that is no WebSocket upgrade is refused with 400", async () => {
  const handler = new App().ws("/ws", { open() {} }).handler();
  const res = await handler(new Request("http://localhost/ws"));
  expect(res.status).toBe(400);
  expect(await res.text()).toBe("Expected a WebSocket upgrade request");
});

Deno.test("a WebSocket route answers messages", async () => {
  const events: string[] = [];
  const handler = new App().ws("/ws", {
    open: () => void events.push("open"),
    message: (socket, event) => socket.send(`echo ${event.data}`),
    close: (_socket, code) => void events.push(`close ${code}`),
  }).handler();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/ws`);
  const answer = await new Promise<string>((resolve) => {
    socket.onopen = () => socket.send("hi");
    socket.onmessage = (event) => resolve(event.data);
  });
  expect(answer).toBe("echo hi");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close(1000);
  await closed;
  await server.shutdown();
  expect(events[0]).toBe("open");
});

Deno.test("proxy headers count only when trusted", async () => {
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "nova.example" };
  const request = new Request("http://localhost:8000/a", { headers });
  expect(await (await run((ctx) => new Response(ctx.url.href), request)).text())
    .toBe("https://nova.example/a");
  const untrusted = new App().get("/a", (ctx) => new Response(ctx.url.href)).handler();
  expect(await (await untrusted(request)).text()).toBe("http://localhost:8000/a");
});
