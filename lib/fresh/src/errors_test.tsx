/** @jsxImportSource preact */
import { expect } from "expect";
import { App } from "./app.ts";
import { HttpError } from "./http_error.ts";

async function get(app: App<unknown>, path: string, method = "GET"): Promise<[number, string]> {
  const res = await app.handler()(new Request(`http://localhost${path}`, { method }));
  return [res.status, await res.text()];
}

/** Runs with standard error captured and returns what was written. */
async function captured(run: () => Promise<void>): Promise<unknown[]> {
  const written: unknown[] = [];
  const { error } = globalThis.console;
  globalThis.console.error = (...args: unknown[]) => void written.push(...args);
  try {
    await run();
  } finally {
    globalThis.console.error = error;
  }
  return written;
}

const fail = (error: unknown) => () => {
  throw error;
};

Deno.test("HttpError knows its status, text, cause and name", () => {
  class ApiError extends HttpError {}
  const error = new ApiError(404, undefined, { cause: "c" });
  expect([error.status, error.message, error.cause, error.name])
    .toEqual([404, "Not Found", "c", "ApiError"]);
  expect(new HttpError(403, "No").message).toBe("No");
});

Deno.test("an uncaught HttpError becomes its status, anything else an opaque 500", async () => {
  const app = new App().get("/teapot", fail(new HttpError(418)))
    .get("/secret", fail(new Error("secret")));
  expect(await get(app, "/teapot")).toEqual([418, "I'm a teapot"]);
  const written = await captured(async () => {
    expect(await get(app, "/secret")).toEqual([500, "Internal server error"]);
  });
  expect(written).toEqual([new Error("secret")]);
});

Deno.test("an uncaught HttpError is written to the log from 500 on", async () => {
  const app = new App().get("/4", fail(new HttpError(499))).get("/5", fail(new HttpError(503)));
  expect((await captured(async () => void await get(app, "/4"))).length).toBe(0);
  expect((await captured(async () => void await get(app, "/5"))).length).toBe(1);
});

Deno.test("the nearest error handler answers", async () => {
  const app = new App()
    .onError("*", (ctx) => new Response(`root ${(ctx.error as Error).message}`))
    .onError("/a/b", () => new Response("nested"))
    .get("/a/b/c", fail(new Error("x")))
    .get("/a", fail(new Error("y")));
  expect((await get(app, "/a/b/c"))[1]).toBe("nested");
  expect((await get(app, "/a"))[1]).toBe("root y");
});

Deno.test("an error handler that fails hands over to the next one above", async () => {
  const app = new App()
    .onError("*", (ctx) => new Response(`root ${(ctx.error as Error).message}`))
    .onError("/a", fail(new Error("second")))
    .get("/a", fail(new Error("first")));
  expect((await get(app, "/a"))[1]).toBe("root second");
});

Deno.test("errors of middlewares are caught too", async () => {
  const app = new App().onError("*", () => new Response("caught")).use(fail(new Error("x")))
    .get("/", () => new Response("ok"));
  expect((await get(app, "/"))[1]).toBe("caught");
});

Deno.test("every 404 goes to notFound, also from below an error handler", async () => {
  const app = new App()
    .notFound((ctx) => new Response(`nf ${(ctx.error as HttpError).status}`, { status: 404 }))
    .onError("/a", () => new Response("nested"))
    .get("/a/x", fail(new HttpError(404)));
  expect(await get(app, "/a/x")).toEqual([404, "nf 404"]);
  expect(await get(app, "/nowhere")).toEqual([404, "nf 404"]);
});

Deno.test("without notFound a 404 goes to the error handler, with the error set", async () => {
  const app = new App().onError("*", (ctx) => new Response(String(ctx.error)));
  expect((await get(app, "/nowhere"))[1]).toBe("HttpError: Not Found");
});

Deno.test("an error page has the status of its HttpError, else 500", async () => {
  const app = new App().onError("*", (ctx) => ctx.render(<p>{String(ctx.error)}</p>))
    .get("/403", fail(new HttpError(403))).get("/500", fail(new Error("x")));
  expect((await get(app, "/403"))[0]).toBe(403);
  expect((await get(app, "/500"))[0]).toBe(500);
});

Deno.test("an error page may be a route with component and layouts of its place", async () => {
  const app = new App()
    .layout("*", ({ Component }) => (
      <main>
        <Component />
      </main>
    ))
    .layout("/a", ({ Component }) => (
      <aside>
        <Component />
      </aside>
    ))
    .onError("*", { component: ({ error }) => <p>{(error as Error).message}</p> })
    .get("/a", fail(new Error("boom")));
  const [status, html] = await get(app, "/a");
  expect(status).toBe(500);
  expect(html).toContain("<body><main><p>boom</p></main></body>");
});

Deno.test("an error page may be loaded lazily", async () => {
  const app = new App()
    .notFound(() => Promise.resolve({ component: () => <p>lazy</p> }))
    .onError("*", () => Promise.resolve({ component: () => <p>error</p> }));
  expect(await get(app, "/x")).toEqual([404, expect.stringContaining("<p>lazy</p>")]);
});

Deno.test("a wrong method reaches the error page as 405", async () => {
  const app = new App().onError("*", (ctx) => ctx.text(String((ctx.error as HttpError).status)))
    .get("/", () => new Response());
  expect((await get(app, "/", "POST"))[1]).toBe("405");
});

Deno.test("a middleware that catches an error finds it in the context", async () => {
  const seen: unknown[] = [];
  const app = new App().use(async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      seen.push(error, ctx.error);
      return ctx.text("caught");
    }
  }).get("/", fail("thrown text"));
  expect(await get(app, "/")).toEqual([200, "caught"]);
  expect(seen).toEqual(["thrown text", "thrown text"]);
});
