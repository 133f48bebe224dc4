import { expect } from "expect";
import { sortRoutePaths } from "../src/fs_routes.ts";
import { compareRoutes } from "../src/fs_order.ts";
import { serveProject, withProject } from "./testing.ts";

const JSX = `import { h } from "preact";\n`;
/** A page that renders text in an element. */
const component = (tag: string, text: string) =>
  `${JSX}export default () => h("${tag}", null, ${JSON.stringify(text)});`;
/** A layout in an element. */
const layout = (tag: string, config = "") =>
  `${JSX}export default ({ Component }) => h("${tag}", null, h(Component, null));\n${config}`;
const marker = (name: string) =>
  `export default async (ctx) => {
    const res = await ctx.next();
    res.headers.append("x-mw", "${name}");
    return res;
  };`;
const bodyOf = (html: string) => /<body>(.*)<\/body>/s.exec(html)?.[1];

/** Serves routes and checks what each path answers in its body. */
async function expectBodies(files: Record<string, string>, bodies: Record<string, string>) {
  await withProject(files, async (root) => {
    const get = await serveProject(root);
    for (const [path, body] of Object.entries(bodies)) {
      expect([path, bodyOf(await (await get(path)).text())]).toEqual([path, body]);
    }
  });
}

Deno.test("files answer at their paths", async () => {
  await expectBodies({
    "routes/index.ts": component("p", "home"),
    "routes/about.ts": component("p", "about"),
    "routes/blog/index.ts": component("p", "blog"),
    "routes/blog/[slug].ts": `${JSX}export default ({ params }) => h("p", null, params.slug);`,
    "routes/blog/new.ts": component("p", "new"),
    "routes/files/[...rest].ts": `${JSX}export default ({ params }) => h("p", null, params.rest);`,
    "routes/list/[[page]].ts": `${JSX}export default (p) => h("p", null, "page " + p.params.page);`,
    "routes/about_test.ts": "throw new Error('not loaded')",
    "routes/(_parts)/part.ts": "throw new Error('not loaded')",
  }, {
    "/": "<p>home</p>",
    "/about": "<p>about</p>",
    "/blog": "<p>blog</p>",
    "/blog/x": "<p>x</p>",
    "/blog/new": "<p>new</p>",
    "/files/a/b": "<p>a/b</p>",
    "/list": "<p>page </p>",
    "/list/2": "<p>page 2</p>",
  });
});

Deno.test("_app and _layout wrap what is below them, groups have their own", async () => {
  await expectBodies({
    "routes/_app.ts":
      `${JSX}export default ({ Component }) => h("html", null, h("body", null, h(Component, null)));`,
    "routes/_layout.ts": layout("main"),
    "routes/index.ts": component("p", "home"),
    "routes/a/_layout.ts": layout("div"),
    "routes/a/index.ts": component("p", "a"),
    "routes/(g)/_layout.ts": layout("aside"),
    "routes/(g)/b.ts": component("p", "b"),
    "routes/c/_layout.ts": layout("i", "export const config = { skipInheritedLayouts: true };"),
    "routes/c/index.ts": component("p", "c"),
    "routes/d.ts": component("p", "d") + "export const config = { skipInheritedLayouts: true };",
  }, {
    "/": "<main><p>home</p></main>",
    "/a": "<main><div><p>a</p></div></main>",
    "/b": "<main><aside><p>b</p></aside></main>",
    "/c": "<i><p>c</p></i>",
    "/d": "<p>d</p>",
  });
});

Deno.test("middlewares run from the root down and hold in their group", async () => {
  await withProject({
    "routes/_middleware.ts": marker("root"),
    "routes/index.ts": component("p", "home"),
    "routes/a/_middleware.ts": `${marker("a1").replace("export default", "const one =")}
      ${marker("a2").replace("export default", "const two =")}
      export const handler = [one, two];`,
    "routes/a/index.ts": component("p", "a"),
    "routes/(g)/_middleware.ts": marker("group"),
    "routes/(g)/g.ts": component("p", "g"),
    "routes/[id]/_middleware.ts": marker("id"),
    "routes/[id]/x.ts": component("p", "x"),
  }, async (root) => {
    const get = await serveProject(root);
    const seen = async (path: string) => (await get(path)).headers.get("x-mw");
    expect(await seen("/")).toBe("root");
    expect(await seen("/a")).toBe("a2, a1, root");
    expect(await seen("/g")).toBe("group, root");
    expect(await seen("/1/x")).toBe("id, root");
  });
});

Deno.test("_error and _404 answer with their status", async () => {
  const error = (name: string) =>
    `${JSX}export default ({ error }) => h("p", null, "${name} " + error.message);`;
  await withProject({
    "routes/_error.ts": error("root"),
    "routes/_404.ts": error("missing"),
    "routes/boom.ts": "export const handler = () => { throw new Error('x'); };",
    "routes/a/_error.ts": error("nested"),
    "routes/a/boom.ts": "export const handler = () => { throw new Error('y'); };",
  }, async (root) => {
    const get = await serveProject(root);
    const answer = async (path: string) => {
      const res = await get(path);
      return [res.status, bodyOf(await res.text())];
    };
    expect(await answer("/boom")).toEqual([500, "<p>root x</p>"]);
    expect(await answer("/a/boom")).toEqual([500, "<p>nested y</p>"]);
    expect(await answer("/nowhere")).toEqual([404, "<p>missing Not Found</p>"]);
  });
});

Deno.test("file routes are lazy: a wrong method is 404, a page without handler takes all", async () => {
  await withProject({
    "routes/api.ts": "export const handler = { GET: () => new Response('got') };",
    "routes/all.ts": "export const handler = (ctx) => new Response(ctx.req.method);",
    "routes/page.ts": component("p", "page"),
    "routes/data.ts":
      `${JSX}export const handlers = { POST: () => ({ data: "posted", status: 201 }) };
      export default ({ data }) => h("p", null, JSON.stringify(data));`,
  }, async (root) => {
    const get = await serveProject(root);
    const answer = async (path: string, method: string) => {
      const res = await get(path, { method });
      await res.body?.cancel();
      return res.status;
    };
    expect(await answer("/api", "GET")).toBe(200);
    expect(await answer("/api", "POST")).toBe(404);
    expect(await answer("/api", "OPTIONS")).toBe(404);
    expect(await answer("/page", "DELETE")).toBe(200);
    expect(await answer("/data", "DELETE")).toBe(404);
    expect(await (await get("/all", { method: "PUT" })).text()).toBe("PUT");
    const posted = await get("/data", { method: "POST" });
    expect([posted.status, bodyOf(await posted.text())]).toEqual([
      201,
      "<p>&quot;posted&quot;</p>",
    ]);
    expect(bodyOf(await (await get("/data")).text())).toBe("<p>{}</p>");
  });
});

Deno.test("routeOverride replaces the pattern", async () => {
  await expectBodies({
    "routes/a.ts": component("p", "moved") +
      "export const config = { routeOverride: '/x/:id(\\\\d+)' };",
    "routes/b.ts": component("p", "b"),
  }, { "/x/12": "<p>moved</p>", "/b": "<p>b</p>" });
});

Deno.test("a file without a relevant export is an error that names it", async () => {
  await withProject({
    "routes/_error.ts": `${JSX}export default ({ error }) => h("p", null, error.message);`,
    "routes/empty.ts": "export const other = 1;",
  }, async (root) => {
    const get = await serveProject(root);
    expect(await (await get("/empty")).text()).toContain("Expected &quot;/empty&quot; to have");
  });
});

Deno.test("two parameters that nothing separates are refused by the build", async () => {
  await withProject({ "routes/[a][b].ts": component("p", "x") }, async (root) => {
    await expect(serveProject(root)).rejects.toThrow(SyntaxError);
  });
});

Deno.test("file routes can be mounted below a path", async () => {
  await withProject({ "routes/index.ts": component("p", "in") }, async (root) => {
    const { Builder } = await import("./builder.ts");
    const { App } = await import("../src/app.ts");
    const apply = await new Builder({ root }).build({ snapshot: "memory" });
    const app = new App().fsRoutes("/sub");
    apply(app);
    const handler = app.handler();
    expect((await handler(new Request("http://localhost/sub"))).status).toBe(200);
    expect((await handler(new Request("http://localhost/"))).status).toBe(404);
  });
});

Deno.test("files of a folder are registered from the general to the greedy", () => {
  const ids = [
    "/[id]",
    "/[...rest]",
    "/index",
    "/_error",
    "/(g)/x",
    "/_middleware",
    "/about",
    "/_layout",
    "/_app",
    "/a/index",
    "/a/_middleware",
  ];
  expect(ids.map((id) => ({ id })).sort(compareRoutes).map(({ id }) => id)).toEqual([
    "/_app",
    "/_middleware",
    "/_layout",
    "/_error",
    "/index",
    "/a/_middleware",
    "/a/index",
    "/about",
    "/(g)/x",
    "/[id]",
    "/[...rest]",
  ]);
});

Deno.test("paths of routes are sorted from what applies to all to what matches most", () => {
  const sorted = [
    "/_app.tsx",
    "/_middleware.ts",
    "/_layout.tsx",
    "/_error.tsx",
    "/index.tsx",
    "/about.tsx",
    "/blog/_middleware.ts",
    "/blog/index.tsx",
    "/blog/latest.tsx",
    "/blog/(drafts)/all.tsx",
    "/blog/[slug].tsx",
    "/blog/[...rest].tsx",
    "/[page].tsx",
    "/[...rest].tsx",
  ];
  expect(sorted.toReversed().sort(sortRoutePaths)).toEqual(sorted);
  const plain = sorted.map((path) => path.replace(/\.tsx?$/, ""));
  expect(plain.toReversed().sort(sortRoutePaths)).toEqual(plain);
});
