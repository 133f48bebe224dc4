import { signal } from "@preact/signals";
import { expect } from "expect";
import { App, type Context, csp, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import { Partial } from "fresh/runtime";
import type { Browser, Page } from "playwright-core";
import type { ComponentChildren, VNode } from "preact";
import { openBrowser, openWindow } from "../support/browser.ts";
import { Drawer, Tally } from "./partials/tally.tsx";

let browser: Browser;
let applyBuild: (app: App<unknown>) => void;

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
  const builder = new Builder({
    root: new URL("../../", import.meta.url).href,
    islandDir: "tests/e2e/partials",
    staticDir: "tests/e2e/partials/none",
    routeDir: "tests/e2e/partials/none",
  });
  applyBuild = await builder.build({ snapshot: "memory" });
});
Deno.test.afterAll(() => browser.close());

type Answer = VNode | Response;
/** Pages by method and path: `"POST /save"`, or `"/"` for GET. */
type Pages = Record<string, (ctx: Context<unknown>) => Answer | Promise<Answer>>;

function Document({ title = "Start", head, children, ...body }: {
  title?: string;
  head?: ComponentChildren;
  children?: ComponentChildren;
  [name: string]: unknown;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        {head}
      </head>
      <body f-client-nav {...body}>{children}</body>
    </html>
  );
}

interface Visit {
  page: Page;
  /** Full loads of a document so far. */
  loads: string[];
  faults: string[];
  text(selector: string): Promise<string | null>;
  /** Clicks an island until it shows a text, for it may still be starting. */
  ready(id: string): Promise<unknown>;
}

/** Serves pages and opens `/` in a browser of its own. */
async function visit(pages: Pages, check: (visit: Visit) => Promise<void>, before?: App<unknown>) {
  const app = (before ?? new App<unknown>()).use(staticFiles());
  for (const [name, answer] of Object.entries(pages)) {
    const [method, path] = name.includes(" ") ? name.split(" ") : ["GET", name];
    const handle = async (ctx: Context<unknown>) => {
      const result = await answer(ctx);
      return result instanceof Response ? result : await ctx.render(result);
    };
    if (method === "POST") app.post(path!, handle);
    else app.get(path!, handle);
  }
  applyBuild(app);
  const loads: string[] = [];
  const handler = app.handler();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (req, info) => {
      const isPage = req.headers.get("sec-fetch-dest") === "document";
      if (isPage) loads.push(new URL(req.url).pathname);
      return await handler(req, info);
    },
  );
  const { page, context, faults } = await openWindow(browser);
  page.setDefaultTimeout(10_000);
  try {
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    await check({
      page,
      loads,
      faults,
      text: (selector) => page.textContent(selector),
      ready: (id) => page.waitForSelector(`#${id}[data-ready=yes]`),
    });
  } finally {
    await context.close();
    await server.shutdown();
  }
}

const path = (page: Page) => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};

Deno.test("a link replaces the partial, and everything else stays as it was", async () => {
  const nav = (
    <nav>
      <a id="to-b" href="/b">B</a>
      <a id="to-a" href="/">A</a>
    </nav>
  );
  const show = (name: string, title: string) => () => (
    <Document title={title} head={<meta name="description" content={name} />}>
      {nav}
      <Tally id="outside" />
      <Partial name="main">
        <h1 class={name}>{name}</h1>
        <Tally id="inside" />
        <p style="height: 3000px">{name} is long</p>
      </Partial>
      <a id="below" href="/b">B again</a>
    </Document>
  );
  await visit(
    { "/": show("a", "A"), "/b": show("b", "B") },
    async ({ page, loads, ready, text }) => {
      await ready("inside");
      await page.click("#outside");
      await page.click("#inside");
      await page.locator("#below").scrollIntoViewIfNeeded();
      await page.click("#below");
      await page.waitForSelector("h1.b");
      expect([path(page), await page.title()]).toEqual(["/b", "B"]);
      expect(await page.getAttribute("meta[name=description]", "content")).toBe("b");
      expect([await text("#outside"), await text("#inside")]).toEqual(["1", "1"]);
      expect(await page.evaluate(() => scrollY)).toBe(0);
      expect(await page.getAttribute("#to-b", "aria-current")).toBe("page");
      expect(await page.getAttribute("#to-a", "data-current")).toBe(null);

      await page.goBack();
      await page.waitForSelector("h1.a");
      await page.waitForFunction(() => scrollY > 1000);
      expect(await page.getAttribute("#to-a", "aria-current")).toBe("page");
      await page.goForward();
      await page.waitForSelector("h1.b");
      expect([path(page), await text("#inside")]).toEqual(["/b", "1"]);
      expect(loads).toEqual(["/"]);
    },
  );
});

Deno.test("content is added before and after, and keyed islands keep their state when they move", async () => {
  let round = 0;
  const list = (ids: string[], done: string) => (
    <Partial name="list">
      <p key="p" class={done}>{done}</p>
      {ids.map((id) => (
        <div key={id}>
          <Tally id={id} label={`${id}:`} />
        </div>
      ))}
    </Partial>
  );
  const added = (mode: "append" | "prepend") => (
    <Partial name="log" mode={mode} key={mode}>
      <Tally id={`${mode}${++round}`} label={`${mode}${round}:`} />
    </Partial>
  );
  await visit({
    "/": () => (
      <Document>
        <button id="sort" type="button" f-partial="/sorted">sort</button>
        <button id="append" type="button" f-partial="/append">more</button>
        <button id="prepend" type="button" f-partial="/prepend">before</button>
        {list(["x", "y", "z"], "first")}
        <div id="log">
          <Partial name="log">
            <Tally id="start" label="start:" />
          </Partial>
        </div>
      </Document>
    ),
    "/sorted": () => list(["z", "x", "y"], "second"),
    "/append": () => added("append"),
    "/prepend": () => added("prepend"),
  }, async ({ page, ready, loads }) => {
    await ready("start");
    for (const id of ["x", "y", "y", "start"]) await page.click(`#${id}`);
    await page.click("#sort");
    await page.waitForSelector(".second");
    const tallies = () => page.locator("button[data-ready]").allTextContents();
    expect(await tallies()).toEqual(["z:0", "x:1", "y:2", "start:1"]);
    for (const added of ["append1", "prepend2", "append3"]) {
      await page.click(`#${added.slice(0, -1)}`);
      await ready(added);
    }
    await page.click("#append1");
    expect((await tallies()).slice(3)).toEqual(["prepend2:0", "start:1", "append1:1", "append3:0"]);
    expect([path(page), loads]).toEqual(["/", ["/"]]);
  });
});

Deno.test("forms are sent the way the browser sends them, and redirects are followed", async () => {
  const form = (attributes: Record<string, string>, id: string) => (
    <form {...attributes}>
      <input name="q" value="a b" />
      <input name="q" value="c" />
      <button id={id} type="submit" name="by" value={id}>send</button>
    </form>
  );
  const answer = (data: { getAll(name: string): unknown[] }) => (
    <Document>
      <Partial name="main">
        <h1 class="done">{`${data.getAll("q").join("|")} by ${data.getAll("by")}`}</h1>
        <Tally id="fresh" />
      </Partial>
    </Document>
  );
  const data = new FormData();
  data.append("q", "redirected");
  await visit({
    "/": () => (
      <Document>
        {form({ action: "/search" }, "get")}
        {form({ action: "/save", method: "post" }, "post")}
        {form({ action: "/upload", method: "post", enctype: "multipart/form-data" }, "upload")}
        {form({ method: "post" }, "native")}
        <Partial name="main">
          <h1>start</h1>
        </Partial>
        <Tally id="outside" />
      </Document>
    ),
    "/search": (ctx) => answer(ctx.url.searchParams),
    "/done": () => answer(data),
    // Not by ctx.redirect, so that the mark of a partial request gets lost on the way.
    "POST /save": () => new Response(null, { status: 303, headers: { location: "/done?ok=1" } }),
    "POST /upload": async (ctx) => answer(await ctx.req.formData()),
    "POST /done": () => <h1 class="native">reached</h1>,
  }, async ({ page, loads, text, ready }) => {
    await ready("outside");
    await page.click("#outside");
    await page.click("#get");
    await page.waitForSelector(".done");
    expect([await text("h1"), path(page)]).toEqual([
      "a b|c by get",
      "/search?q=a+b&q=c&by=get",
    ]);
    await page.click("#upload");
    await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("upload"));
    await page.click("#post");
    await page.waitForFunction(() => location.pathname === "/done");
    expect([await text("h1"), path(page)]).toEqual(["redirected by ", "/done?ok=1"]);
    await ready("fresh");
    expect([await text("#outside"), loads]).toEqual(["1", ["/"]]);
    await page.click("#native");
    await page.waitForSelector(".native");
    expect(loads.at(-1)).toBe("/done");
  });
});

Deno.test("what is switched off, leads elsewhere or has nothing for the page is loaded whole", async () => {
  const main = <Partial name="main">start</Partial>;
  const target = (name: string) => (
    <Document>
      <h1 class={name}>{name}</h1>
      <Partial name="main">{name}</Partial>
    </Document>
  );
  await visit({
    "/": () => (
      <Document>
        <a id="off" href="/off" f-client-nav={false}>off</a>
        <a id="none" href="/none">no partial</a>
        <a id="text" href="/text">no HTML</a>
        <a id="hash" href="#end">end</a>
        {main}
        <p id="end" style="margin-top: 3000px">end</p>
      </Document>
    ),
    "/off": () => target("off"),
    "/none": () => (
      <Document>
        <h1 class="none">none</h1>
      </Document>
    ),
    "/text": () => new Response("plain"),
  }, async ({ page, loads }) => {
    await page.click("#hash");
    await page.waitForFunction(() => scrollY > 1000);
    expect(loads).toEqual(["/"]);
    for (const name of ["off", "none"]) {
      await page.click(`#${name}`);
      await page.waitForSelector(`h1.${name}`);
      await page.goBack();
      await page.waitForSelector("#off");
    }
    await page.click("#text");
    await page.waitForFunction(() => document.body.textContent === "plain");
    expect(loads.filter((at) => at !== "/")).toEqual(["/off", "/none", "/text"]);
  });
});

Deno.test("a button leaves the address alone, says while it is busy, and reports an answer without partials", async () => {
  await visit({
    "/": () => (
      <Document>
        <button id="go" type="button" f-partial="/more">go</button>
        <button id="empty" type="button" f-partial="/empty">go</button>
        <Partial name="main">start</Partial>
      </Document>
    ),
    "/more": () => (
      <Partial name="main">
        <Drawer total={signal(4)}>
          <i>kept back</i>
        </Drawer>
      </Partial>
    ),
    "/empty": () => <p>nothing</p>,
  }, async ({ page, loads, faults, text }) => {
    await page.evaluate(() => {
      const said: boolean[] = [];
      const indicator = {
        set value(value: boolean) {
          said.push(value);
        },
      };
      Object.assign(document.querySelector("#go")!, { _freshIndicator: indicator });
      Object.assign(globalThis, { said });
    });
    await page.click("#go");
    await page.waitForSelector("#drawer");
    expect(await page.evaluate(() => (globalThis as { said?: boolean[] }).said)).toEqual([
      true,
      false,
    ]);
    expect([await text("#drawer"), path(page)]).toEqual(["open 4", "/"]);
    // The content of the drawer came in a template of the answer.
    await page.click("#drawer");
    await page.waitForSelector("#inside i");
    await page.click("#empty");
    for (let i = 0; i < 50 && faults.length === 0; i++) await page.evaluate(() => fetch("/"));
    expect([faults[0], loads]).toEqual([expect.stringContaining("Found no partials"), ["/"]]);
  });
});

Deno.test("of two links that are followed at once the last one counts", async () => {
  const slow = Promise.withResolvers<void>();
  const show = (name: string) => <Partial name="main">{name}</Partial>;
  await visit({
    "/": () => (
      <Document>
        <a id="slow" href="/slow">slow</a>
        <a id="quick" href="/quick">quick</a>
        <p id="main">{show("start")}</p>
      </Document>
    ),
    "/slow": async () => {
      await slow.promise;
      return show("slow");
    },
    "/quick": () => show("quick"),
  }, async ({ page, loads, text, faults }) => {
    await page.evaluate(() => {
      Object.assign(document.querySelector("#slow")!, { _freshIndicator: { value: false } });
    });
    await page.click("#slow");
    await page.click("#quick");
    await page.waitForFunction(() => document.querySelector("#main")?.textContent === "quick");
    slow.resolve();
    // Another answer of the server comes after that of the slow page would have.
    await page.evaluate(() => fetch("/quick"));
    const isBusy = await page.evaluate(() =>
      (document.querySelector("#slow") as unknown as { _freshIndicator: { value: boolean } })
        ._freshIndicator.value
    );
    expect([await text("#main"), path(page), isBusy]).toEqual(["quick", "/quick", false]);
    await page.goBack();
    await page.waitForFunction(() => document.querySelector("#main")?.textContent === "start");
    expect([path(page), faults, loads]).toEqual(["/", [], ["/"]]);
  });
});

Deno.test("a policy with nonces and trusted types holds, styles come along, and changes can be animated", async () => {
  const strict = new App<unknown>().use(csp({
    useNonce: true,
    csp: [
      "default-src 'self'",
      "script-src 'unsafe-inline' 'strict-dynamic'",
      "style-src 'self' 'unsafe-inline'",
      "require-trusted-types-for 'script'",
      "trusted-types fresh-partials",
    ],
  }));
  await visit({
    "/": () => (
      <Document f-view-transition>
        <a id="next" href="/next">next</a>
        <Partial name="main">start</Partial>
      </Document>
    ),
    "/next": () => (
      <Document
        title="Next"
        head={
          <>
            <style>{"h1 { color: rgb(1, 2, 3) }"}</style>
            <link rel="stylesheet" href="/next.css" />
            <script type="application/ld+json">{`{"name":"next"}`}</script>
          </>
        }
      >
        <Partial name="main">
          <h1>next</h1>
          <Tally id="new" />
        </Partial>
      </Document>
    ),
    "/next.css": () =>
      new Response("h1 { margin-top: 77px }", { headers: { "content-type": "text/css" } }),
  }, async ({ page, faults, loads, ready }) => {
    await page.evaluate(() => {
      const start = document.startViewTransition.bind(document);
      document.startViewTransition = (update) => {
        document.documentElement.dataset.animated = "yes";
        return start(update);
      };
    });
    await page.click("#next");
    await ready("new");
    const style = await page.evaluate(() => {
      const { color, marginTop } = getComputedStyle(document.querySelector("h1")!);
      return [color, marginTop, document.querySelectorAll("script[type$=json]").length];
    });
    expect(style).toEqual(["rgb(1, 2, 3)", "77px", 1]);
    expect(await page.getAttribute("html", "data-animated")).toBe("yes");
    expect([faults, loads]).toEqual([[], ["/"]]);
  }, strict);
});
