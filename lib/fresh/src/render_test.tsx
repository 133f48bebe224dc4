/** @jsxImportSource preact */
import { expect } from "expect";
import type { ComponentChildren } from "preact";
import { Head } from "./head.ts";
import { App } from "./app.ts";
import { NONCE } from "./nonce.ts";
import { html, request, withBuild } from "./testing.ts";
import type { PageProps } from "./types.ts";

function Shell({ Component }: PageProps) {
  return (
    <html lang="en">
      <head>
        <title>Default</title>
        <meta name="description" content="default" />
      </head>
      <body>
        <Component />
      </body>
    </html>
  );
}

function page(content: ComponentChildren): App<unknown> {
  return new App().appWrapper(Shell).get("/*", (ctx) => ctx.render(<>{content}</>));
}

const headOf = (text: string) => /<head>(.*)<\/head>/s.exec(text)?.[1];
const bodyOf = (text: string) => /<body>(.*)<\/body>/s.exec(text)?.[1];

Deno.test("layouts nest inside the wrapper, from the outermost to the page", async () => {
  const app = new App().appWrapper(Shell)
    .layout("*", ({ Component }) => (
      <main>
        <Component />
      </main>
    ))
    .layout("/a", ({ Component }) => (
      <div>
        <Component />
      </div>
    ))
    .get("/a", (ctx) => ctx.render(<p />));
  expect(bodyOf(await html(app, "/a"))).toBe("<main><div><p></p></div></main>");
});

Deno.test("a layout can drop what is above it", async () => {
  const app = new App().appWrapper(Shell)
    .layout("*", ({ Component }) => (
      <main>
        <Component />
      </main>
    ))
    .layout("/a", ({ Component }) => (
      <i>
        <Component />
      </i>
    ), { skipInheritedLayouts: true })
    .layout("/b", ({ Component }) => (
      <b>
        <Component />
      </b>
    ), { skipAppWrapper: true })
    .get("/a", (ctx) => ctx.render(<p />)).get("/b", (ctx) => ctx.render(<p />));
  expect(bodyOf(await html(app, "/a"))).toBe("<i><p></p></i>");
  expect(await html(app, "/b")).not.toContain("<title>");
});

Deno.test("a layout added later does not apply to earlier routes", async () => {
  const app = new App().get("/", (ctx) => ctx.render(<p />))
    .layout("*", ({ Component }) => (
      <main>
        <Component />
      </main>
    ));
  expect(bodyOf(await html(app))).toBe("<p></p>");
});

Deno.test("async pages and layouts are awaited and may answer themselves", async () => {
  const app = new App()
    .layout("*", async ({ Component, state }) => {
      await Promise.resolve();
      return (
        <main data-state={JSON.stringify(state)}>
          <Component />
        </main>
      );
    })
    .route("/", {
      component: async (ctx) => {
        await Promise.resolve();
        return <p>{ctx.url.pathname}</p>;
      },
    })
    .route("/away", { component: async () => await Promise.resolve(new Response("away")) });
  expect(bodyOf(await html(app))).toBe(`<main data-state="{}"><p>/</p></main>`);
  expect(await html(app, "/away")).toBe("away");
});

Deno.test("an async component deeper down is refused by name", async () => {
  const Deep = (async () => await Promise.resolve(<p />)) as unknown as () => null;
  const app = new App().onError("*", (ctx) => ctx.text(String(ctx.error)))
    .get("/", (ctx) =>
      ctx.render(
        <div>
          <Deep />
        </div>,
      ));
  expect(await html(app)).toContain('Async component "Deep"');
});

Deno.test("a document gets html, head and body where they are missing", async () => {
  const render = (vnode: ComponentChildren) =>
    html(new App().get("/", (ctx) => ctx.render(<>{vnode}</>)));
  const head = `<head><meta charset="utf-8"/></head>`;
  expect(await render(<p />)).toBe(`<!DOCTYPE html><html>${head}<body><p></p></body></html>`);
  expect(
    await render(
      <body class="b">
        <p />
      </body>,
    ),
  )
    .toBe(`<!DOCTYPE html><html>${head}<body class="b"><p></p></body></html>`);
  expect(
    await render(
      <html lang="de">
        <body>x</body>
      </html>,
    ),
  )
    .toBe(`<!DOCTYPE html><html lang="de">${head}<body>x</body></html>`);
});

Deno.test("Head replaces elements in place and adds new ones at the end", async () => {
  const app = page(
    <main>
      <Head>
        <title>Page</title>
        <meta name="robots" content="none" />
      </Head>
      <p>text</p>
      <Head>
        <meta name="description" content="page" />
      </Head>
    </main>,
  );
  const text = await html(app);
  expect(headOf(text)).toBe(
    `<title>Page</title><meta name="description" content="page"/><meta name="robots" content="none"/>`,
  );
  expect(bodyOf(text)).toBe("<main><p>text</p></main>");
});

Deno.test("the last Head wins; a key tells elements apart and is written out", async () => {
  const app = page(
    <>
      <Head>
        <link key="a" rel="alternate" href="/1" />
        <link key="b" rel="alternate" href="/2" />
        <title>First</title>
      </Head>
      <Head>
        <link key="a" rel="alternate" href="/3" />
        <title>Second</title>
      </Head>
    </>,
  );
  const head = headOf(await html(app))!;
  expect(head).toContain("<title>Second</title>");
  expect(head).toContain(`<link rel="alternate" href="/3" data-key="a"/>`);
  expect(head).toContain(`<link rel="alternate" href="/2" data-key="b"/>`);
  expect(head).not.toContain(`href="/1"`);
});

Deno.test("links without keys share an identity, stylesheets are told apart by address", async () => {
  const head = headOf(
    await html(page(
      <Head>
        <link rel="canonical" href="/1" />
        <link rel="canonical" href="/2" />
        <link rel="stylesheet" href="/a.css" />
        <link rel="stylesheet" href="/b.css" />
      </Head>,
    )),
  )!;
  expect(head).not.toContain(`href="/1"`);
  for (const href of ["/2", "/a.css", "/b.css"]) expect(head).toContain(`href="${href}"`);
});

Deno.test("elements inside noscript and template stay together", async () => {
  const app = page(
    <Head>
      <noscript>
        <style>{"p{}"}</style>
      </noscript>
    </Head>,
  );
  expect(headOf(await html(app))).toMatch(
    /<noscript><style nonce="\w+">p\{\}<\/style><\/noscript>$/,
  );
});

Deno.test("scripts and styles in the body stay where they are", async () => {
  const body = bodyOf(
    await html(page(
      <div>
        <style>{"b{}"}</style>
      </div>,
    )),
  )!;
  expect(body).toMatch(/^<div><style nonce="\w+">b\{\}<\/style><\/div>$/);
});

Deno.test("scripts and styles carry the nonce the response names, a given one stays", async () => {
  const app = page(
    <>
      <script src="/a.js" />
      <style nonce="mine">{"b{}"}</style>
    </>,
  );
  const res = await request(app, "/");
  const nonce = (res as { [NONCE]?: string })[NONCE]!;
  const text = await res.text();
  expect(nonce.length).toBeGreaterThan(16);
  expect(text).toContain(`<script src="/a.js" nonce="${nonce}">`);
  expect(text).toContain(`<style nonce="mine">`);
  const other = await request(app, "/") as { [NONCE]?: string };
  expect(other[NONCE]).not.toBe(nonce);
});

const links: [string, string, string][] = [
  ["/a/b", "/a/b", `data-current="true" aria-current="page"`],
  ["/a/b/", "/a/b", `data-current="true" aria-current="page"`],
  ["/a/b", "/a", `data-ancestor="true" aria-current="true"`],
  ["/a/b", "/", `data-ancestor="true" aria-current="true"`],
  ["/a/b?x=1", "/a/b", `data-current="true" aria-current="page"`],
  ["/a/b?x=1", "/a/b?x=2", `data-ancestor="true" aria-current="true"`],
  ["/a/b", "/a/b?x=2", `data-ancestor="true" aria-current="true"`],
  ["/a/b?x=1", "/a/b?x=1#top", `data-current="true" aria-current="page"`],
  ["/", "/", `data-current="true" aria-current="page"`],
];
for (const [at, href, attributes] of links) {
  Deno.test(`at ${at} a link to ${href} is marked ${attributes}`, async () => {
    expect(await html(page(<a href={href}>x</a>), at)).toContain(
      `<a ${attributes.replace(" ", ` href="${href}" `)}>`,
    );
  });
}

for (const href of ["/ab", "//a/b", "https://x.example/a", "#a", "b", "/a/b/c"]) {
  Deno.test(`at /a/b a link to ${href} is not marked`, async () => {
    expect(await html(page(<a href={href}>x</a>), "/a/b")).toContain(`<a href="${href}">`);
  });
}

Deno.test("a link with letters outside ASCII is compared as a URL", async () => {
  expect(await html(page(<a href="/ü">x</a>), "/ü")).toContain(`data-current="true"`);
});

Deno.test("a link whose author says what it is stays as it is", async () => {
  const own = `<a href="/a" aria-current="step">`;
  expect(await html(page(<a href="/a" aria-current="step">x</a>), "/a")).toContain(own);
  const unset = await html(page(<a href="/a" aria-current={undefined}>x</a>), "/a");
  expect(unset).toContain(`<a href="/a">`);
});

Deno.test("a vnode kept in a constant does not remember the last request", async () => {
  const app = page(
    <nav>
      <a href="/a">x</a>
      <Head>
        <title>Kept</title>
      </Head>
    </nav>,
  );
  expect(await html(app, "/a")).toContain("data-current");
  const second = await html(app, "/b");
  expect(second).not.toContain("data-current");
  expect(headOf(second)).toContain("<title>Kept</title>");
  expect(second).not.toContain("<!--");
});

Deno.test("images get the build id unless they opt out", async () => {
  const app = withBuild(
    page(
      <picture>
        <source srcset="/a.png, /b.png?x=1 2x" />
        <img src="/c.png#f" />
        <img src="/d.png" data-fresh-disable-lock />
        <img src="https://x.example/e.png" />
      </picture>,
    ),
    {},
  );
  const body = bodyOf(await html(app))!;
  expect(body).toContain(`srcset="/a.png?__frsh_c=BUILD, /b.png?x=1&amp;__frsh_c=BUILD 2x"`);
  expect(body).toContain(`src="/c.png?__frsh_c=BUILD#f"`);
  expect(body).toContain(`src="/d.png"`);
  expect(body).toContain(`src="https://x.example/e.png"`);
});

Deno.test("concurrent requests do not mix", async () => {
  const app = new App().layout("*", async ({ Component }) => {
    await Promise.resolve();
    return (
      <main>
        <Component />
      </main>
    );
  }).get("/:id", (ctx) =>
    ctx.render(
      <Head>
        <title>{ctx.params.id}</title>
      </Head>,
    ));
  const handler = app.handler();
  const ids = ["a", "b", "c", "d"];
  const texts = await Promise.all(ids.map(async (id) => {
    return await (await handler(new Request(`http://localhost/${id}`))).text();
  }));
  expect(texts.map((text) => /<title>(.*)<\/title>/.exec(text)?.[1])).toEqual(ids);
});
