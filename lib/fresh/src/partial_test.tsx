/** @jsxImportSource preact */
import { signal } from "@preact/signals";
import { parse } from "devalue";
import { expect } from "expect";
import type { ComponentChildren, FunctionComponent, VNode } from "preact";
import { jsxAttr, jsxTemplate } from "preact/jsx-runtime";
import { App } from "./app.ts";
import { Partial } from "./partial.ts";
import { html, request, withBuild } from "./testing.ts";

function Box({ children }: { children?: ComponentChildren }) {
  return <section>{children}</section>;
}
function Amount({ value }: { value: unknown }) {
  return <b>{String(value)}</b>;
}
function Nested() {
  return <Partial name="inside">no</Partial>;
}
function Row({ label }: { label: string }) {
  return <li>{label}</li>;
}

const islands: Record<string, FunctionComponent<never>> = { Box, Amount, Nested };

function page(content: VNode): App<unknown> {
  const app = new App().onError("*", (ctx) => ctx.text(String(ctx.error), { status: 500 }))
    .get("/", (ctx) => ctx.render(content));
  return withBuild(app, { islands });
}

const bodyOf = (text: string) => /<body>(.*?)(?:<template|<script|<\/body>)/s.exec(text)![1];

/** Calls while a page is rendered. */
async function warnings(content: VNode): Promise<string[]> {
  const given: string[] = [];
  const { warn: outer } = globalThis.console;
  globalThis.console.warn = (first: unknown) => void given.push(String(first));
  try {
    await request(page(content), "/");
  } finally {
    globalThis.console.warn = outer;
  }
  return given;
}

Deno.test("a partial is enclosed in comments with its name, mode and key", async () => {
  const text = await html(page(
    <main>
      <Partial name="a:b -->">one</Partial>
      <Partial name="list" mode="append" key="k 1">two</Partial>
    </main>,
  ));
  expect(bodyOf(text)).toBe(
    `<main><!--frsh:partial:a%3Ab%20--%3E:replace:-->one<!--/frsh:partial-->` +
      `<!--frsh:partial:list:append:k%201-->two<!--/frsh:partial--></main>`,
  );
});

Deno.test("a page with a partial, or with client navigation, starts the engine for it", async () => {
  const contents = {
    partial: <Partial name="a">x</Partial>,
    on: <p f-client-nav>x</p>,
    text: <p f-client-nav="true" />,
  };
  for (const content of Object.values(contents)) {
    const res = await request(page(content), "/");
    expect(res.headers.get("link")).toContain("/_fresh/js/BUILD/partials.js");
    expect(await res.text()).toContain(
      `import{partials}from"/_fresh/js/BUILD/partials.js";boot({},"[[]]",{},partials);`,
    );
  }
});

Deno.test("islands alone do not load it, and navigation that is off loads nothing", async () => {
  expect(await html(page(<Amount value={1} />))).not.toContain("partials");
  for (const value of [false, "false", undefined]) {
    const res = await request(page(<p f-client-nav={value}>x</p>), "/");
    expect(res.headers.get("link")).toBe(null);
    expect(await res.text()).not.toContain("script");
  }
});

Deno.test("switches are written out, on or off", async () => {
  const text = await html(page(
    <main f-client-nav f-view-transition={false}>
      <a f-client-nav={false} f-partial="/p">x</a>
    </main>,
  ));
  expect(bodyOf(text)).toBe(
    `<main f-client-nav="true" f-view-transition="false">` +
      `<a f-client-nav="false" f-partial="/p">x</a></main>`,
  );
});

Deno.test("keys inside a partial reach the client, those of elements outside do not", async () => {
  const text = await html(page(
    <main>
      <p key="out">1</p>
      <Partial name="a">
        <p key="in">2</p>
        <Row key={7} label="3" />
        <Amount key="i" value={4} />
      </Partial>
    </main>,
  ));
  expect(bodyOf(text)).toBe(
    `<main><p>1</p><!--frsh:partial:a:replace:-->` +
      `<!--frsh:key:in--><p>2</p><!--/frsh:key--><!--frsh:key:7--><li>3</li><!--/frsh:key-->` +
      `<!--frsh:island:Amount:0:i--><b>4</b><!--/frsh:island--><!--/frsh:partial--></main>`,
  );
});

Deno.test("an island keeps its own keys to itself, a slot in it is the page's", async () => {
  function Keyed({ children }: { children?: ComponentChildren }) {
    return (
      <ul>
        <Row key="own" label="1" />
        {children}
      </ul>
    );
  }
  const app = withBuild(
    new App().get("/", (ctx) =>
      ctx.render(
        <Partial name="a">
          <Keyed>
            <Row key="slot" label="2" />
          </Keyed>
        </Partial>,
      )),
    { islands: { Keyed } },
  );
  const text = await html(app);
  expect(text).not.toContain("frsh:key:own");
  expect(text).toContain("<!--frsh:key:slot--><li>2</li><!--/frsh:key-->");
});

Deno.test("two partials of one name, and a partial inside an island, are errors", async () => {
  const twice = await request(
    page(
      <main>
        <Partial name="a">1</Partial>
        <Partial name="a">2</Partial>
      </main>,
    ),
    "/",
  );
  expect([twice.status, await twice.text()]).toEqual([
    500,
    expect.stringContaining(`Two partials of one page are called "a"`),
  ]);
  expect(await html(page(<Nested />))).toContain(
    `<Partial name="inside"> cannot be inside an island`,
  );
});

Deno.test("a partial in a slot belongs to the page", async () => {
  const text = await html(page(
    <Box>
      <Partial name="a">x</Partial>
    </Box>,
  ));
  expect(text).toContain("<!--frsh:partial:a:replace:-->x<!--/frsh:partial-->");
});

Deno.test("content that is added to needs a key, which is said once for each", async () => {
  const given = await warnings(
    <main>
      <Partial name="more" mode="append">1</Partial>
      <Partial name="before" mode="prepend">2</Partial>
      <Partial name="keyed" mode="append" key="k">3</Partial>
      <Partial name="plain">4</Partial>
      <Partial name="swap" mode="replace">5</Partial>
    </main>,
  );
  expect(given.length).toBe(2);
  expect(given[0]).toContain(`name="more" mode="append"`);
  expect(given[1]).toContain(`name="before" mode="prepend"`);
});

/** The state script of a partial response, found the way the client finds it. */
async function stateOf(res: Response) {
  const text = await res.text();
  const id = res.headers.get("x-fresh-id");
  const script = new RegExp(`<script id="__FRSH_STATE_${id}"[^>]*>(.*?)</script>`).exec(text)!;
  return { text, tag: script[0], state: JSON.parse(script[1]!) };
}

Deno.test("a partial response is the whole document with data instead of code", async () => {
  const content = (
    <main>
      <h1>outside</h1>
      <Partial name="a">
        <Amount value="</script><b>" />
      </Partial>
    </main>
  );
  const res = await request(page(content), "/?fresh-partial=true");
  expect(res.headers.get("link")).toBe(null);
  const { text, tag, state } = await stateOf(res);
  expect(text).toContain("<h1>outside</h1>");
  expect(text).not.toContain("boot(");
  expect(tag).toContain(`type="application/json"`);
  expect({ ...state, props: parse(state.props) }).toEqual({
    build: "BUILD",
    islands: [["Amount", "default", "/_fresh/js/BUILD/Amount.js"]],
    signals: null,
    props: [{ value: "</script><b>" }],
  });
  expect((await request(page(content), "/")).headers.get("x-fresh-id")).toBe(null);
});

Deno.test("signals are named in a partial response that has some", async () => {
  const content = <Amount value={signal(1)} />;
  const { state } = await stateOf(await request(page(content), "/?fresh-partial"));
  expect(state.signals).toBe("/_fresh/js/BUILD/signals.js");
});

Deno.test("the page cannot stand in for its own state", async () => {
  const forged = <script id="__FRSH_STATE">{"{}"}</script>;
  const [one, two] = [
    await request(page(forged), "/?fresh-partial"),
    await request(page(forged), "/?fresh-partial"),
  ];
  expect(one.headers.get("x-fresh-id")).not.toBe(two.headers.get("x-fresh-id"));
  expect((await stateOf(one)).state.islands).toEqual([]);
});

Deno.test("a link is compared with the address people see", async () => {
  const text = await html(page(<a href="/?x=1">x</a>), "/?x=1&fresh-partial=true");
  expect(text).toContain(`data-current="true"`);
});

Deno.test("precompiled elements say their switches and keys as well", async () => {
  const on = jsxAttr("f-client-nav", true);
  const off = jsxAttr("f-client-nav", false);
  const key = jsxAttr("key", 'a"b');
  const content = jsxTemplate(["<div ", "><p ", " ", ">x</p></div>"], on, off, key);
  const text = await html(page(
    <main>
      <Partial name="a">{content}</Partial>
    </main>,
  ));
  expect(bodyOf(text)).toBe(
    `<main><!--frsh:partial:a:replace:--><div f-client-nav="true">` +
      `<p f-client-nav="false" data-frsh-key="a&quot;b">x</p></div><!--/frsh:partial--></main>`,
  );
  expect(await html(page(content))).toContain("partials.js");
  expect(await html(page(jsxTemplate(["<p ", ">x</p>"], off)))).not.toContain("script");
});
